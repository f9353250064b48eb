/** Cubic: weights of Catmull-Rom interpolation (Keys 1981, a = -0.5), which passes through its
 *  points and overshoots a step by at most 7 %. */
#pragma once

#include "ops/float4.h"

/** Weights of the samples at -1, 0, 1 and 2 for a place `t` in 0..1. Exactly 0 1 0 0 for t = 0. */
static inline fc_float4 fc_cubic_weights(float t)
{
    const fc_float4 cubed = { -0.5F, 1.5F, -1.5F, 0.5F };
    const fc_float4 squared = { 1, -2.5F, 2, -0.5F };
    const fc_float4 plain = { -0.5F, 0, 0.5F, 0 };
    const fc_float4 constant = { 0, 1, 0, 0 };
    return ((cubed * t + squared) * t + plain) * t + constant;
}

/** The same, to the bit, for loops over many places. */
static inline void fc_cubic_taps(float t, float out[4])
{
    out[0] = ((-0.5F * t + 1.0F) * t - 0.5F) * t;
    out[1] = (1.5F * t - 2.5F) * t * t + 1.0F;
    out[2] = ((-1.5F * t + 2.0F) * t + 0.5F) * t;
    out[3] = (0.5F * t - 0.5F) * t * t;
}
