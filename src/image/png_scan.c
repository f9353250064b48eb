#include "image/png_scan.h"

#include <gio/gio.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

#define SIGNATURE_SIZE 8
#define CHUNK_START 8     /* length and type before the body */
#define CHUNK_OVERHEAD 12 /* and the checksum behind it */
#define HEADER_BODY_SIZE 13
#define INTERLACE_OFFSET 12 /* within the body of the header chunk */
#define KEYWORD_SIZE_MAX 80 /* with its final zero */

static uint32_t big_endian_32(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

static bool has_type(const uint8_t *chunk, const char *type)
{
    return memcmp(chunk + 4, type, 4) == 0;
}

/* A profile begins with its size. The decoder unpacks as much as that says, and no more; what is
 * no zlib stream at all it ignores, and so do we: size 0. */
static uint32_t profile_size(const uint8_t *packed, size_t size)
{
    uint8_t start[4] = { 0 };
    gsize read = 0;
    gsize written = 0;
    GZlibDecompressor *zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
    const GConverterResult result =
        g_converter_convert(G_CONVERTER(zlib), packed, size, start, sizeof start,
                            G_CONVERTER_NO_FLAGS, &read, &written, NULL);
    g_object_unref(zlib);
    return result != G_CONVERTER_ERROR && written == sizeof start ? big_endian_32(start) : 0;
}

/* Body: keyword, zero, method 0, zlib stream. */
static fc_status check_profile(const uint8_t *body, size_t size, fc_error *err)
{
    const size_t searched = size < KEYWORD_SIZE_MAX ? size : KEYWORD_SIZE_MAX;
    const uint8_t *end = memchr(body, 0, searched);
    if (end == NULL || (size_t)(end - body) + 2 >= size) {
        return FC_OK;
    }
    const uint8_t *packed = end + 2;
    const size_t unpacked = profile_size(packed, size - (size_t)(packed - body));
    if (unpacked > FC_PROFILE_BYTES_MAX) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a colour profile of %zu bytes, at most %zu are accepted", unpacked,
                       FC_PROFILE_BYTES_MAX);
    }
    return FC_OK;
}

/* What one chunk adds to the packed text. Plain text costs no more than its bytes; iTXt says
 * behind its keyword which it is. */
static size_t packed_text(const uint8_t *chunk, size_t size)
{
    if (has_type(chunk, "zTXt")) {
        return size;
    }
    if (!has_type(chunk, "iTXt")) {
        return 0;
    }
    const uint8_t *body = chunk + CHUNK_START;
    const uint8_t *end = memchr(body, 0, size);
    const bool is_plain = end == NULL || (size_t)(end - body) + 1 >= size || end[1] == 0;
    return is_plain ? 0 : size;
}

fc_status fc_png_scan(fc_bytes file, fc_png_header *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    FC_ASSERT(file.size >= SIGNATURE_SIZE);

    fc_png_header header = { 0 };
    size_t text = 0;
    for (size_t at = SIGNATURE_SIZE; file.size - at >= CHUNK_OVERHEAD;) {
        const uint8_t *chunk = file.data + at;
        const size_t size = big_endian_32(chunk);
        if (size > file.size - at - CHUNK_OVERHEAD) {
            break;
        }
        if (at == SIGNATURE_SIZE) {
            if (!has_type(chunk, "IHDR") || size != HEADER_BODY_SIZE) {
                return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG that does not begin with its header");
            }
            header.interlaced = chunk[CHUNK_START + INTERLACE_OFFSET] != 0;
        } else if (has_type(chunk, "IDAT")) {
            *out = header;
            return FC_OK;
        } else if (has_type(chunk, "iCCP")) {
            FC_TRY(check_profile(chunk + CHUNK_START, size, err));
        }
        text += packed_text(chunk, size);
        if (text > FC_PNG_TEXT_BYTES_MAX) {
            return fc_fail(err, FC_LIMIT_EXCEEDED, "a PNG with more than %zu bytes of packed text",
                           FC_PNG_TEXT_BYTES_MAX);
        }
        at += CHUNK_OVERHEAD + size;
    }
    return fc_fail(err, FC_CORRUPT_IMAGE, "a PNG cut short before its pixels");
}
