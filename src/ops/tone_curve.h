/**
 * Tone curve: exposure, white balance and contrast in one table per channel.
 *
 * In linear light a gain g acts as y = g x / sqrt(1 + (g^2 - 1) x^2): slope g at black, and 1
 * stays 1 whatever the gain. So black stays black, white stays white, nothing new is clipped, and
 * burnt highlights turn into no tint. Contrast then adds k x (1 - x) (x - pivot) on the encoded
 * values, which leaves black, white and the pivot where they are.
 *
 * Every curve rises strictly before rounding, so no tone overtakes another. Any thread.
 */
#pragma once

#include <stdint.h>

#include "image/image.h"
#include "ops/srgb.h"

/** Largest contrast for which the curve still rises everywhere, with room. */
#define FC_CONTRAST_MAX 0.9

typedef struct fc_tone_curve {
    uint8_t red[256];
    uint8_t green[256];
    uint8_t blue[256];
} fc_tone_curve;

/** One gain on linear light 0..1, rolled off towards white. gain above 0. */
double fc_roll_off(double linear, double gain);

/**
 * Build the three tables.
 *
 * gains      for linear light, above 0; 1 leaves the channel alone
 * contrast   0 (none) .. FC_CONTRAST_MAX
 * pivot      encoded level 0..1 that contrast leaves alone
 *
 * With gains 1 and contrast 0 the tables are the identity. Cost: 768 square roots and powers.
 */
void fc_tone_curve_init(fc_tone_curve *curve, fc_linear_rgb gains, double contrast, double pivot);

/** Put every pixel of an RGB picture through its tables. */
void fc_tone_curve_apply_in_place(fc_image *image, const fc_tone_curve *curve);
