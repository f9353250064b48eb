/** Cubic: weights of Catmull-Rom interpolation (Keys 1981, a = -0.5), which passes through its
 *  points and overshoots a step by at most 7 %. */
#pragma once

#include <stdint.h>

#include "image/geometry.h"
#include "ops/float4.h"
#include "ops/u8_clamp.h"

#define FC_CUBIC_TAPS 4

/* Places that are looked up at once. */
#define FC_CUBIC_PLACES 64

/** Weights of the samples at -1, 0, 1 and 2 for a place `t` in 0..1. Exactly 0 1 0 0 for t = 0. */
static inline void fc_cubic_taps(float t, float out[FC_CUBIC_TAPS])
{
    out[0] = ((-0.5F * t + 1.0F) * t - 0.5F) * t;
    out[1] = (1.5F * t - 2.5F) * t * t + 1.0F;
    out[2] = ((-1.5F * t + 2.0F) * t + 0.5F) * t;
    out[3] = (0.5F * t - 0.5F) * t * t;
}

/** Samples in rows, and a line over them: places count from the centre of the first sample. */
typedef struct fc_cubic_line {
    fc_size size;     /* samples */
    int32_t row_step; /* values from one row to the next */
    int32_t step;     /* and from one sample to the next */
    float x, y;       /* where the line begins */
    float x_step, y_step;
} fc_cubic_line;

/** Where places of a line lie: the first of their taps, as a number of values, and the weights of
 *  the taps of each axis. Eight weights of a place are read at once, hence a surplus place. */
typedef struct fc_cubic_places {
    int32_t first[FC_CUBIC_PLACES];
    float down[FC_CUBIC_TAPS][FC_CUBIC_PLACES];
    float across[FC_CUBIC_PLACES + 1][FC_CUBIC_TAPS];
} fc_cubic_places;

/** Places number `begin` to `begin + count` of a line, as far inside as their taps need. All
 *  weights first, because compilers then work on many places at once. */
static inline void fc_cubic_find(const fc_cubic_line *line, int32_t begin, int32_t count,
                                 fc_cubic_places *restrict out)
{
    const fc_cubic_line on = *line;
    const float x_max = (float)(on.size.width - FC_CUBIC_TAPS + 1);
    const float y_max = (float)(on.size.height - FC_CUBIC_TAPS + 1);
    for (int32_t i = 0; i < count; i++) {
        const float x = fc_clamp(on.x + (float)(begin + i) * on.x_step, 1, x_max);
        const float y = fc_clamp(on.y + (float)(begin + i) * on.y_step, 1, y_max);
        const int32_t column = (int32_t)x;
        const int32_t row = (int32_t)y;
        out->first[i] = (row - 1) * on.row_step + (column - 1) * on.step;
        float down[FC_CUBIC_TAPS];
        fc_cubic_taps(x - (float)column, out->across[i]);
        fc_cubic_taps(y - (float)row, down);
        for (int32_t j = 0; j < FC_CUBIC_TAPS; j++) {
            out->down[j][i] = down[j];
        }
    }
}
