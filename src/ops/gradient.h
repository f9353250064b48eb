/** Gradient: a picture that goes from one colour to another. Any thread. */
#pragma once

#include <stdbool.h>

#include "image/image.h"

/**
 * From the top row to the bottom row, or from the middle to the corners, evenly in sRGB levels as
 * pages of CSS do.
 *
 * from, to   R, G, B
 * out        owner: caller. RGB. Untouched on failure
 *
 * Errors: those of fc_image_new. Cost: O(pixels).
 */
FC_MUST_CHECK fc_status fc_gradient(fc_size size, const uint8_t from[3], const uint8_t to[3],
                                    bool radial, fc_image **out, fc_error *err);
