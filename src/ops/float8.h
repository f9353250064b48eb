/**
 * Eight floats that are worked on at once: ops/float4.h for loops over whole blocks of px. One AVX
 * register where there is one, else two of SSE or NEON.
 *
 * Passed by address: how such values are passed depends on the processor that is compiled for.
 */
#pragma once

#define FC_FLOAT8_LANES 8

typedef float fc_float8 __attribute__((vector_size(32)));

/* The same at any address of floats. */
typedef float fc_float8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));

/** Where eight floats lie, to read them or to write them. */
static inline fc_float8_anywhere *fc_float8_at(float *place)
{
    return (fc_float8_anywhere *)place;
}

/** Sum of the eight. */
static inline float fc_float8_sum(const fc_float8 *values)
{
    const fc_float8 v = *values;
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}
