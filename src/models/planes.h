/** Planes: a picture as networks take it, its colours apart and as floats. Any thread. */
#pragma once

#include <stdbool.h>

#include "image/image.h"

/** From a level of 0..255 to what a network takes. */
typedef struct fc_levels {
    float factor;
    float shift;
} fc_levels;

/**
 * All of R, then G, then B.
 *
 * picture   RGB
 * mirrored  left to right
 * out       3 floats a px
 */
void fc_planes_fill(const fc_image *picture, fc_levels levels, bool mirrored, float *out);
