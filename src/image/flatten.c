#include "image/flatten.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"

void fc_narrow_row(const uint16_t *from, uint8_t *to, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        to[i] = (uint8_t)((from[i] * UINT32_C(255) + 32767) / 65535);
    }
}

/* The value between background (alpha 0) and colour (alpha 255), to the nearest. */
static uint8_t blend(uint8_t colour, uint8_t background, uint8_t alpha)
{
    return (uint8_t)((colour * alpha + background * (255 - alpha) + 127) / 255);
}

static void flatten_grey(const uint8_t *from, uint8_t *rgb, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        rgb[3 * x] = from[x];
        rgb[3 * x + 1] = from[x];
        rgb[3 * x + 2] = from[x];
    }
}

static void flatten_grey_alpha(const uint8_t *from, const uint8_t background[3], uint8_t *rgb,
                               int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = background == NULL
                                 ? from[2 * x]
                                 : blend(from[2 * x], background[c], from[2 * x + 1]);
        }
    }
}

static void flatten_rgb_alpha(const uint8_t *from, const uint8_t background[3], uint8_t *rgb,
                              int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = background == NULL
                                 ? from[4 * x + c]
                                 : blend(from[4 * x + c], background[c], from[4 * x + 3]);
        }
    }
}

void fc_flatten_row(const uint8_t *from, int32_t channels, const uint8_t background[3],
                    uint8_t *rgb, int32_t width)
{
    FC_ASSERT(channels >= 1 && channels <= 4);
    FC_ASSERT(width >= 0);

    switch (channels) {
    case 1:
        flatten_grey(from, rgb, width);
        break;
    case 2:
        flatten_grey_alpha(from, background, rgb, width);
        break;
    case 3:
        memcpy(rgb, from, (size_t)width * 3);
        break;
    default:
        flatten_rgb_alpha(from, background, rgb, width);
        break;
    }
}

bool fc_row_is_clear(const void *row, int32_t bits, int32_t channels, int32_t width)
{
    FC_ASSERT(bits == 8 || bits == 16 || bits == 32);
    FC_ASSERT(channels >= 1 && width >= 0);

    const size_t step = (size_t)channels;
    const size_t end = step * (size_t)width;
    for (size_t i = step - 1; i < end; i += step) {
        const bool is_clear = bits == 8    ? ((const uint8_t *)row)[i] == 0
                              : bits == 16 ? ((const uint16_t *)row)[i] == 0
                                           : !(((const float *)row)[i] > 0);
        if (!is_clear) {
            return false;
        }
    }
    return true;
}
