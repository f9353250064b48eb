/**
 * Box blur: the mean over a square window, by running sums, so that the radius costs nothing.
 *
 * The window is cut at the borders and the mean is over the rest of it: a constant stays constant
 * up to the border. Pure operation, any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/**
 * Replace each value by the mean of the (2 radius_px + 1)^2 values around it.
 *
 * values     `count` planes of the same size, one after the other, rows tightly packed; finite
 * radius_px  0 (nothing changes) or more
 *
 * Errors: FC_OUT_OF_MEMORY; then nothing has changed. Sums are kept in double: the error stays at
 * the rounding of one float. Cost: about 2 ns a value; radius_px + 6 rows of all
 * planes.
 */
FC_MUST_CHECK fc_status fc_box_blur_in_place(float *values, size_t count, fc_size size,
                                             int32_t radius_px, fc_error *err);
