/**
 * Tone curve: exposure, white balance and contrast as tables.
 *
 * In linear light a gain g above 1 acts as y = g x / sqrt(1 + (g^2 - 1) x^2), one below 1 as
 * y = g x / (1 + (g - 1) x): slope g at black, and 1 stays 1 whatever the gain. So black stays
 * black, white stays white, nothing new is clipped, and burnt highlights take no tint. Contrast
 * then adds k x (1 - x) (x - pivot) on the encoded values, which leaves black, white and the
 * pivot where they are.
 *
 * White balance, lifting and contrast act on each channel. Lowering scales the three channels of
 * a pixel by one factor that depends on its luma: were it done per channel, skin whose red is
 * clipped would turn orange.
 *
 * Every curve rises strictly before rounding, so no tone overtakes another. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/image.h"
#include "ops/srgb.h"

/** Largest contrast for which the curve still rises everywhere, with room. */
#define FC_CONTRAST_MAX 0.9

typedef struct fc_tone_curve {
    uint8_t red[256];
    uint8_t green[256];
    uint8_t blue[256];
    uint16_t dim[256]; /* by luma after the tables: factor times 32768 */
    bool dims;         /* some factor is below 1 */
    bool changes;      /* some level of a table is another one */
} fc_tone_curve;

typedef struct fc_tone_options {
    double stops;        /* exposure; 0 leaves it alone */
    fc_linear_rgb gains; /* white balance in linear light, above 0; 1 leaves the channel alone */
    double contrast;     /* 0 (none) .. FC_CONTRAST_MAX */
    double pivot;        /* encoded level 0..1 that contrast leaves alone */
} fc_tone_options;

/** One gain on linear light 0..1, rolled off towards white. gain above 0. */
double fc_roll_off(double linear, double gain);

/** Build the tables; with stops 0, gains 1 and contrast 0 they change nothing. Cost: 1024 powers.
 */
void fc_tone_curve_init(fc_tone_curve *curve, const fc_tone_options *options);

/** Put every pixel of an RGB picture through its tables. */
void fc_tone_curve_apply_in_place(fc_image *image, const fc_tone_curve *curve);
