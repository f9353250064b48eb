/** Cubic: weights of Catmull-Rom interpolation (Keys 1981, a = -0.5), which passes through its
 *  points and overshoots a step by at most 7 %. */
#pragma once

#include "ops/float4.h"
#include "ops/float8.h"

/** Weights of the samples at -1, 0, 1 and 2 for a place `t` in 0..1. Exactly 0 1 0 0 for t = 0. */
static inline fc_float4 fc_cubic_weights(float t)
{
    const fc_float4 cubed = { -0.5F, 1.5F, -1.5F, 0.5F };
    const fc_float4 squared = { 1, -2.5F, 2, -0.5F };
    const fc_float4 plain = { -0.5F, 0, 0.5F, 0 };
    const fc_float4 constant = { 0, 1, 0, 0 };
    return ((cubed * t + squared) * t + plain) * t + constant;
}

/** The same of two places at once, each four times in `t`. */
static inline void fc_cubic_weights_two(const fc_float8 *t, fc_float8 *out)
{
    const fc_float8 cubed = { -0.5F, 1.5F, -1.5F, 0.5F, -0.5F, 1.5F, -1.5F, 0.5F };
    const fc_float8 squared = { 1, -2.5F, 2, -0.5F, 1, -2.5F, 2, -0.5F };
    const fc_float8 plain = { -0.5F, 0, 0.5F, 0, -0.5F, 0, 0.5F, 0 };
    const fc_float8 constant = { 0, 1, 0, 0, 0, 1, 0, 0 };
    *out = ((cubed * *t + squared) * *t + plain) * *t + constant;
}
