/**
 * Work size: the reduced scale at which the costly part of an operation runs, so that its cost
 * stays bounded however large the picture is. Pure functions, any thread.
 */
#pragma once

#include <math.h>

#include "image/geometry.h"

/** Factor, at most 1, that brings the longer side down to `side_max` px. */
static inline double fc_work_scale(fc_size size, int32_t side_max)
{
    const int32_t longest = size.width > size.height ? size.width : size.height;
    return longest > side_max ? (double)side_max / longest : 1.0;
}

/** `size` times `scale`, rounded; no side becomes 0. */
static inline fc_size fc_work_size(fc_size size, double scale)
{
    return (fc_size){ (int32_t)fmax(round(size.width * scale), 1.0),
                      (int32_t)fmax(round(size.height * scale), 1.0) };
}
