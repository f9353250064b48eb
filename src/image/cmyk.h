/**
 * CMYK: ink to sRGB where a file does not say which press it is made for.
 *
 * A Neugebauer model of coated paper on an American web press: the colours of the 16 overprints,
 * weighted by the share of paper that each covers after dot gain. Fitted to the profile that was
 * used before (libvips' own) over 9 x 9 x 9 x 9 mixtures: 2.2 of 255 levels off in the mean, 7 at
 * the 95th percentile; paper is exactly white. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * Convert `count` pixels of 8 or 16 bits, 0 is no ink.
 *
 * from        4 channels, 5 with alpha
 * to          3 channels of 8 bits, 4 with alpha; apart from `from`
 *
 * Cost: 60 ns a pixel.
 */
void fc_cmyk_row(const void *from, int32_t bits, bool has_alpha, uint8_t *to, int32_t count);
