/**
 * Flatten: one row of grey or RGB, 8 or 16 bits, with or without alpha, to 8-bit RGB.
 *
 * Pure functions, any thread.
 */
#pragma once

#include <stdint.h>

/** Scale 16 bits to 8: 0 stays 0, 65535 becomes 255, to the nearest. */
void fc_narrow_row(const uint16_t *from, uint8_t *to, int32_t count);

/**
 * One row to RGB.
 *
 * channels     1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; alpha 255 is opaque
 * background   what shows through, R, G, B
 * rgb          3 * width bytes, apart from `from`
 */
void fc_flatten_row(const uint8_t *from, int32_t channels, const uint8_t background[3],
                    uint8_t *rgb, int32_t width);
