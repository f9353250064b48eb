/** U8 clamp: a computed brightness becomes a byte. Comparisons, not fminf: one instruction. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** `value` within low..high. */
static inline float fc_clamp(float value, float low, float high)
{
    const float raised = value > low ? value : low;
    return raised < high ? raised : high;
}

/**
 * `value` within 0..high, of which NaN is an end. The bits of floats above 0 are whole numbers in
 * the same order: of those compilers make a minimum and a maximum, one instruction each, also where
 * the result is converted, which comparisons of floats make them do for each end on its own.
 */
static inline float fc_clamp_from_0(float value, float high)
{
    int32_t bits = 0;
    int32_t most = 0;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&most, &high, sizeof most);
    bits = bits > 0 ? bits : 0;
    bits = bits < most ? bits : most;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/** Rounded to nearest, halves upwards, within 0..255. */
static inline uint8_t fc_u8_clamp(float value)
{
    return (uint8_t)(int32_t)fc_clamp_from_0(value + 0.5F, 255);
}

/** The levels of a run of values. */
static inline void fc_u8_clamp_row(const float *restrict values, size_t count,
                                   uint8_t *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = fc_u8_clamp(values[i]);
    }
}
