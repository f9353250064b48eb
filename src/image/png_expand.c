#include "image/png_expand.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"

int32_t fc_png_pixels_bits(const fc_png_pixels *pixels)
{
    return pixels->depth == 16 ? 16 : 8;
}

static bool stores_alpha(const fc_png_pixels *pixels)
{
    return pixels->has_alpha && !pixels->has_key && !pixels->is_indexed;
}

int32_t fc_png_pixels_stored_bits(const fc_png_pixels *pixels)
{
    const int32_t samples =
        pixels->is_indexed ? 1 : pixels->colours + (stores_alpha(pixels) ? 1 : 0);
    return samples * pixels->depth;
}

/* Sample `i` of a row with 8 bits or fewer. The leftmost one is in the highest bits of a byte. */
static uint8_t read_sample(const uint8_t *stored, size_t i, int32_t depth)
{
    const size_t bit = i * (size_t)depth;
    const uint32_t mask = (UINT32_C(1) << depth) - 1;
    return (uint8_t)(stored[bit / 8] >> (8 - (size_t)depth - bit % 8) & mask);
}

static void expand_indexed(const fc_png_pixels *pixels, const uint8_t *stored, size_t x,
                           size_t width, uint8_t *to)
{
    const size_t size = pixels->has_alpha ? 4 : 3;
    for (size_t i = 0; i < width; i++) {
        memcpy(to + i * size, pixels->palette[read_sample(stored, x + i, pixels->depth)], size);
    }
}

/* Grey of 1, 2 or 4 bits. */
static void expand_few_bits(const fc_png_pixels *pixels, const uint8_t *stored, size_t x,
                            size_t width, uint8_t *to)
{
    const int32_t full = (1 << pixels->depth) - 1;
    const size_t size = pixels->has_alpha ? 2 : 1;
    for (size_t i = 0; i < width; i++) {
        const int32_t level = read_sample(stored, x + i, pixels->depth);
        to[i * size] = (uint8_t)(level * (255 / full));
        if (size == 2) {
            to[i * size + 1] = level == (pixels->key[0] & full) ? 0 : 255;
        }
    }
}

/* 8 bits without stored alpha. */
static void add_alpha_8(const fc_png_pixels *pixels, const uint8_t *from, size_t width, uint8_t *to)
{
    const size_t colours = (size_t)pixels->colours;
    for (size_t i = 0; i < width; i++, from += colours, to += colours + 1) {
        bool is_key = true;
        for (size_t c = 0; c < colours; c++) {
            to[c] = from[c];
            is_key = is_key && from[c] == (pixels->key[c] & 0xff);
        }
        to[colours] = is_key ? 0 : 255;
    }
}

static void add_alpha_16(const fc_png_pixels *pixels, const uint16_t *from, size_t width,
                         uint16_t *to)
{
    const size_t colours = (size_t)pixels->colours;
    for (size_t i = 0; i < width; i++, from += colours, to += colours + 1) {
        bool is_key = true;
        for (size_t c = 0; c < colours; c++) {
            to[c] = from[c];
            is_key = is_key && from[c] == pixels->key[c];
        }
        to[colours] = is_key ? 0 : UINT16_MAX;
    }
}

const void *fc_png_expand_row(const fc_png_pixels *pixels, const void *stored, int32_t x,
                              int32_t width, void *room)
{
    FC_ASSERT(x >= 0 && width >= 0);

    const size_t first = (size_t)x;
    const size_t count = (size_t)width;
    if (pixels->is_indexed) {
        expand_indexed(pixels, stored, first, count, room);
        return room;
    }
    if (pixels->depth < 8) {
        expand_few_bits(pixels, stored, first, count, room);
        return room;
    }
    const uint8_t *from =
        (const uint8_t *)stored + first * (size_t)fc_png_pixels_stored_bits(pixels) / 8;
    if (!pixels->has_key) {
        return from;
    }
    if (pixels->depth == 8) {
        add_alpha_8(pixels, from, count, room);
    } else {
        add_alpha_16(pixels, (const void *)from, count, room);
    }
    return room;
}
