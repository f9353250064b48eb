/** Pictures drawn by rule, for the tests of resampling: noise, one value, rings; and comparisons.
 */
#pragma once

#include "image/image.h"

/** The next number of a fixed sequence, 0..2^32-1: every run sees the same ones. */
uint32_t fc_pattern_random(uint32_t *seed);

/** A picture of random bytes, padding included; fails the test when there is no memory. */
fc_image *fc_pattern_noise(fc_size size, int32_t channels, uint32_t seed);

/** A picture of one value. */
fc_image *fc_pattern_flat(fc_size size, int32_t channels, uint8_t value);

/** A picture as a mirror shows it. */
fc_image *fc_pattern_mirrored(const fc_image *image);

/** Rings around the centre that become finer outwards, up to `finest_px` from dark to dark at the
 *  middle of the sides. Three equal channels. */
fc_image *fc_pattern_zone_plate(fc_size size, double finest_px);

/** Mean of all values. */
double fc_pattern_mean(const fc_image *image);

/** Fails unless size, channels and all pixels agree to within `tolerance` levels. */
void fc_pattern_assert_alike(const fc_image *a, const fc_image *b, int tolerance);
