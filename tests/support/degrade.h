/** Degrade: what happens to good photos, made by rule. RGB in place; the same for the same seed.
 * All fail the test when memory ends. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"

/** Nearly Gaussian blur of this standard deviation. */
void fc_degrade_blur(fc_image *image, double sigma_px);

/** Light by 2^stops, with the noise of a sensor of `noise` levels. */
void fc_degrade_expose(fc_image *image, double stops, double noise, uint32_t seed);

/** Contrast about middle grey: 1 changes nothing. */
void fc_degrade_fade(fc_image *image, double contrast);

/** Black and white, or brown and faded, with grain and 25 scratches from top to bottom. */
void fc_degrade_age(fc_image *image, bool brown, double grain, uint32_t seed);
