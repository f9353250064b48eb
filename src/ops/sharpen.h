/**
 * Sharpen: an unsharp mask on brightness alone that makes neither halos nor noise.
 *
 * The detail is the difference to a 5 x 5 binomial blur. What noise could have made of it is cut
 * off, the rest is added `amount` times, and the result is held within the range of the 3 x 3
 * neighbourhood, FC_SHARPEN_OVERSHOOT levels more at most. All three channels move by the same
 * levels, so no colour changes. Nothing is raised above level
 * 251, and at the soft edge of the matte nothing is added. Any thread.
 */
#pragma once

#include <stdint.h>

#include "image/image.h"

/** Levels of luma by which a pixel may leave the range of its neighbours. */
#define FC_SHARPEN_OVERSHOOT 2

#define FC_SHARPEN_AMOUNT_MAX 2.0

/**
 * Sharpen an RGB picture where the person is.
 *
 * matte   share of person 0..1, same size
 * amount  0 .. FC_SHARPEN_AMOUNT_MAX
 * noise   detail, levels, that is taken for noise and not amplified; 0..255
 * out     owner: caller. RGB, same size. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Memory: nine rows besides the result. Cost: about 3 ns a px.
 */
FC_MUST_CHECK fc_status fc_sharpen(const fc_image *image, const fc_plane *matte, double amount,
                                   double noise, fc_image **out, fc_error *err);
