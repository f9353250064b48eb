/**
 * Flatten: one row of grey or RGB, 8 or 16 bits, with or without alpha, to 8-bit RGB.
 *
 * Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Scale 16 bits to 8: 0 stays 0, 65535 becomes 255, to the nearest. */
void fc_narrow_row(const uint16_t *from, uint8_t *to, int32_t count);

/**
 * One row to RGB.
 *
 * channels     1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; alpha 255 is opaque
 * background   what shows through, R, G, B; NULL: alpha is ignored
 * rgb          3 * width bytes, apart from `from`
 */
void fc_flatten_row(const uint8_t *from, int32_t channels, const uint8_t background[3],
                    uint8_t *rgb, int32_t width);

/**
 * Whether nothing of a row would be seen: alpha, the last channel, is 0 throughout.
 *
 * A picture whose every row is so holds no transparency, but alpha that was never filled in: its
 * colours count.
 *
 * bits       8, 16, or 32 for floats
 * channels   those of the row, 1 to 5, alpha the last
 */
bool fc_row_is_clear(const void *row, int32_t bits, int32_t channels, int32_t width);
