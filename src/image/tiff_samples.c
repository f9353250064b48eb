#include "image/tiff_samples.h"

#include <stddef.h>
#include <tiffio.h>

#include "base/assert.h"

#define COPY(type)                                                                                 \
    do {                                                                                           \
        const type *source = from;                                                                 \
        type *place = to;                                                                          \
        for (int32_t i = 0; i < width; i++, source += step, place += channels) {                   \
            *place = *source;                                                                      \
        }                                                                                          \
    } while (0)

void fc_tiff_copy_samples(int32_t bytes, const void *from, int32_t step, void *to, int32_t channels,
                          int32_t width)
{
    FC_ASSERT(bytes == 1 || bytes == 2 || bytes == 4);

    if (bytes == 1) {
        COPY(uint8_t);
    } else if (bytes == 2) {
        COPY(uint16_t);
    } else {
        COPY(uint32_t);
    }
}

void fc_tiff_invert_row(int32_t bits, void *row, int32_t channels, int32_t width)
{
    FC_ASSERT(bits == 8 || bits == 16);

    uint8_t *narrow = row;
    uint16_t *wide = row;
    for (int32_t i = 0; i < width * channels; i += channels) {
        if (bits == 8) {
            narrow[i] = (uint8_t)(UINT8_MAX - narrow[i]);
        } else {
            wide[i] = (uint16_t)(UINT16_MAX - wide[i]);
        }
    }
}

/* 16 bits: 256 steps a unit in a TIFF, 257 in a profile. */
static uint16_t centre_16(uint16_t value)
{
    const uint32_t centred = (((uint32_t)value ^ 0x8000) * 257 + 128) / 256;
    return centred < UINT16_MAX ? (uint16_t)centred : UINT16_MAX;
}

void fc_tiff_centre_row(int32_t bits, void *row, int32_t channels, int32_t width)
{
    FC_ASSERT(bits == 8 || bits == 16);
    FC_ASSERT(channels >= 3);

    uint8_t *narrow = row;
    uint16_t *wide = row;
    for (int32_t i = 0; i < width * channels; i += channels) {
        for (int32_t c = i + 1; c <= i + 2; c++) {
            if (bits == 8) {
                narrow[c] ^= 0x80;
            } else {
                wide[c] = centre_16(wide[c]);
            }
        }
    }
}

static uint32_t divide(uint32_t colour, uint32_t alpha, uint32_t full)
{
    const uint64_t value = ((uint64_t)colour * full + alpha / 2) / alpha;
    return value < full ? (uint32_t)value : full;
}

static void divide_8(uint8_t *pixel, int32_t colours)
{
    const uint8_t alpha = pixel[colours];
    for (int32_t c = 0; alpha != 0 && c < colours; c++) {
        pixel[c] = (uint8_t)divide(pixel[c], alpha, UINT8_MAX);
    }
}

static void divide_16(uint16_t *pixel, int32_t colours)
{
    const uint16_t alpha = pixel[colours];
    for (int32_t c = 0; alpha != 0 && c < colours; c++) {
        pixel[c] = (uint16_t)divide(pixel[c], alpha, UINT16_MAX);
    }
}

static void divide_float(float *pixel, int32_t colours)
{
    const float alpha = pixel[colours];
    for (int32_t c = 0; alpha > 0 && c < colours; c++) {
        pixel[c] /= alpha;
    }
}

void fc_tiff_divide_row(int32_t bits, void *row, int32_t channels, int32_t width)
{
    FC_ASSERT(bits == 8 || bits == 16 || bits == 32);

    for (int32_t i = 0; i < width; i++) {
        const size_t at = (size_t)i * (size_t)channels;
        if (bits == 8) {
            divide_8((uint8_t *)row + at, channels - 1);
        } else if (bits == 16) {
            divide_16((uint16_t *)row + at, channels - 1);
        } else {
            divide_float((float *)row + at, channels - 1);
        }
    }
}

void fc_tiff_unpack_row(const uint32_t *from, uint8_t *to, int32_t channels, int32_t width)
{
    FC_ASSERT(channels == 1 || channels == 3);

    for (int32_t i = 0; i < width; i++, to += channels) {
        to[0] = (uint8_t)TIFFGetR(from[i]);
        if (channels == 3) {
            to[1] = (uint8_t)TIFFGetG(from[i]);
            to[2] = (uint8_t)TIFFGetB(from[i]);
        }
    }
}
