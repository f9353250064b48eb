/**
 * TIFF samples: brings the samples of one row together, makes of them what all formats have,
 * and removes alpha. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Copy one sample of each pixel to its place.
 *
 * bytes        of a sample: 1, 2 or 4
 * from, step   the first and how many samples lie between it and the next
 * to, channels the first place and samples of a pixel there
 */
void fc_tiff_copy_samples(int32_t bytes, const void *from, int32_t step, void *to, int32_t channels,
                          int32_t width);

/** White for black, alpha left out. 8 or 16 bits; `channels` of a pixel, the first is grey. */
void fc_tiff_invert_row(int32_t bits, void *row, int32_t channels, int32_t width);

/** CIELAB of a TIFF, where a and b are signed, to that of ICC profiles of version 4. 8 or 16 bits;
 * `channels` of a pixel, the first are L, a, b. */
void fc_tiff_centre_row(int32_t bits, void *row, int32_t channels, int32_t width);

/** Divide the colours by alpha, the last channel, to the nearest; where that is 0 they stay.
 *  8 or 16 bits, or 32 for floats. */
void fc_tiff_divide_row(int32_t bits, void *row, int32_t channels, int32_t width);

/** What the library converted: the first `channels` of R, G, B. */
void fc_tiff_unpack_row(const uint32_t *from, uint8_t *to, int32_t channels, int32_t width);
