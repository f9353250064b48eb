#include "support/fc_png.h"

#include <string.h>
#include <zlib.h>

static void put(fc_buffer *to, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(to, bytes, size, NULL), FC_OK);
}

static void put_32(fc_buffer *to, uint32_t value)
{
    const uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                              (uint8_t)value };
    put(to, bytes, sizeof bytes);
}

static void put_chunk(fc_buffer *file, const char *type, const void *body, size_t size,
                      uint32_t damage)
{
    put_32(file, (uint32_t)size);
    put(file, type, 4);
    put(file, body, size);
    const uLong sum = crc32_z(0, file->data + file->size - size - 4, size + 4);
    put_32(file, (uint32_t)sum ^ damage);
}

void fc_png_put(fc_buffer *file, const char *type, const void *body, size_t size)
{
    put_chunk(file, type, body, size, 0);
}

void fc_png_put_damaged(fc_buffer *file, const char *type, const void *body, size_t size)
{
    put_chunk(file, type, body, size, 1);
}

void fc_png_put_start(fc_buffer *file, uint32_t width, uint32_t height, uint8_t depth, uint8_t kind,
                      bool interlaced)
{
    const uint8_t header[13] = {
        (uint8_t)(width >> 24),
        (uint8_t)(width >> 16),
        (uint8_t)(width >> 8),
        (uint8_t)width,
        (uint8_t)(height >> 24),
        (uint8_t)(height >> 16),
        (uint8_t)(height >> 8),
        (uint8_t)height,
        depth,
        kind,
        0,
        0,
        interlaced ? 1 : 0,
    };
    put(file, "\x89PNG\r\n\x1a\n", 8);
    fc_png_put(file, "IHDR", header, sizeof header);
}

void fc_png_put_packed(fc_buffer *to, const void *bytes, size_t size)
{
    uLongf packed_size = compressBound(size);
    uint8_t *packed = test_malloc(packed_size);
    assert_int_equal(compress(packed, &packed_size, bytes, size), Z_OK);
    put(to, packed, packed_size);
    test_free(packed);
}

void fc_png_put_pixels(fc_buffer *file, const void *rows, size_t size)
{
    FC_AUTO_BUFFER(packed, FC_PNG_FILE_MAX);
    fc_png_put_packed(&packed, rows, size);
    fc_png_put(file, "IDAT", packed.data, packed.size);
}

void fc_png_put_end(fc_buffer *file)
{
    fc_png_put(file, "IEND", "", 0);
}
