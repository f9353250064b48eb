/**
 * Clarify: makes a picture clearer for a network that found nobody in it. Only for networks:
 * contrast is stretched to the whole range, and then edges are made strong, or noise is smoothed
 * away before.
 *
 * Pure pixel operation, any thread.
 */
#pragma once

#include "image/image.h"

typedef enum fc_clarify {
    FC_CLARIFY_BLURRED, /* sharpen by 3 times the difference to the surroundings */
    FC_CLARIFY_NOISY,   /* smooth, and scratches with it */
} fc_clarify;

/**
 * Clarify a picture. All channels are stretched alike, so that colours stay; a hundredth of the
 * pixels may end in black, another one in white. Radii are shares of the width.
 *
 * picture   RGB. Unchanged on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 30 ns a pixel and two copies as floats.
 */
FC_MUST_CHECK fc_status fc_clarify_in_place(fc_image *picture, fc_clarify kind, fc_error *err);
