/** U8 clamp: a computed brightness becomes a byte. Comparisons, not fminf: one instruction. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** `value` within low..high. */
static inline float fc_clamp(float value, float low, float high)
{
    const float raised = value > low ? value : low;
    return raised < high ? raised : high;
}

/** Rounded to nearest, halves upwards, within 0..255. */
static inline uint8_t fc_u8_clamp(float value)
{
    return (uint8_t)(int32_t)fc_clamp(value + 0.5F, 0, 255);
}

/** The levels of a run of values. */
static inline void fc_u8_clamp_row(const float *restrict values, size_t count,
                                   uint8_t *restrict out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = fc_u8_clamp(values[i]);
    }
}
