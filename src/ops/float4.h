/**
 * Four floats that are worked on at once: the GNU vector extension, which every compiler we use
 * turns into SSE, NEON or plain code. For the few inner loops that compilers do not see through.
 */
#pragma once

typedef float fc_float4 __attribute__((vector_size(16)));

/* The same at any address of floats. */
typedef float fc_float4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

/** Four floats from any address. */
static inline fc_float4 fc_float4_load(const float *from)
{
    return *(const fc_float4_anywhere *)from;
}

/** Four floats to any address. */
static inline void fc_float4_store(float *to, fc_float4 values)
{
    *(fc_float4_anywhere *)to = values;
}
