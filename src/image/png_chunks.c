#define ZLIB_CONST /* it only reads what it unpacks */
#include "image/png_chunks.h"

#include <string.h>
#include <zlib.h>

#include "base/assert.h"
#include "base/memory.h"

#define BODY_OFFSET 8

/* Bit of the first letter of a type: small letters are for what a reader may skip. */
#define MAY_BE_SKIPPED 0x20

uint32_t fc_png_read_32(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

bool fc_png_chunk_next(fc_bytes file, size_t *at, fc_png_chunk *out)
{
    FC_ASSERT(at != NULL && *at <= file.size);
    FC_ASSERT(out != NULL);

    const size_t left = file.size - *at;
    if (left < FC_PNG_CHUNK_OVERHEAD) {
        return false;
    }
    const uint8_t *chunk = file.data + *at;
    const size_t size = fc_png_read_32(chunk);
    if (size > left - FC_PNG_CHUNK_OVERHEAD) {
        return false;
    }
    *out = (fc_png_chunk){ .whole = { chunk, size + FC_PNG_CHUNK_OVERHEAD },
                           .body = { chunk + BODY_OFFSET, size } };
    *at += out->whole.size;
    return true;
}

bool fc_png_chunk_is(const fc_png_chunk *chunk, const char *type)
{
    return memcmp(chunk->whole.data + 4, type, 4) == 0;
}

bool fc_png_chunk_is_critical(const fc_png_chunk *chunk)
{
    return (chunk->whole.data[4] & MAY_BE_SKIPPED) == 0;
}

bool fc_png_chunk_is_sound(const fc_png_chunk *chunk)
{
    const uLong sum = crc32_z(0, chunk->whole.data + 4, chunk->body.size + 4);
    return sum == fc_png_read_32(chunk->body.data + chunk->body.size);
}

static void *allocate(void *context, unsigned count, unsigned size)
{
    (void)context;
    void *block = NULL;
    return fc_memory_new(count, size, &block, NULL) == FC_OK ? block : NULL;
}

static void release(void *context, void *block)
{
    (void)context;
    fc_memory_free(block);
}

fc_status fc_png_unpack(fc_bytes packed, uint8_t *out, size_t size_max, size_t *size, fc_error *err)
{
    FC_ASSERT(size_max <= UINT32_MAX && packed.size <= UINT32_MAX);
    FC_ASSERT(size != NULL);

    z_stream stream = { .zalloc = allocate,
                        .zfree = release,
                        .next_in = packed.data,
                        .avail_in = (uInt)packed.size,
                        .next_out = out,
                        .avail_out = (uInt)size_max };
    int status = inflateInit(&stream);
    if (status == Z_OK) {
        status = inflate(&stream, Z_SYNC_FLUSH);
        (void)inflateEnd(&stream);
    }
    if (status == Z_MEM_ERROR) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for what a PNG has packed");
    }
    *size = size_max - stream.avail_out;
    return FC_OK;
}
