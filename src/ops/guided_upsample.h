/**
 * Carry: a mask that was solved at a small scale, brought to the full one along the edges of the
 * picture. Most px are far from any edge, and known without reckoning: they come in runs.
 *
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>

#include "image/image.h"

typedef struct fc_guided_upsampler fc_guided_upsampler;

/**
 * Fit the mask to the colours of the small picture.
 *
 * small  RGB, the scale at which the mask was solved
 * mask   same size, 0..1
 * full   size of the same picture at full scale
 * out    owner: caller, release with fc_guided_upsampler_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. Cost: about 50 ns a px of `small`.
 */
FC_MUST_CHECK fc_status fc_guided_upsampler_new(const fc_image *small, const fc_plane *mask,
                                                fc_size full, fc_guided_upsampler **out,
                                                fc_error *err);
void fc_guided_upsampler_free(fc_guided_upsampler *carry);
FC_DEFINE_CLEANUP(fc_guided_upsampler, fc_guided_upsampler_free)

typedef enum fc_run_kind {
    FC_RUN_CLEAR, /* the mask is 0 */
    FC_RUN_BAND,  /* fc_guided_upsampler_alpha tells */
    FC_RUN_SOLID, /* the mask is 1 */
} fc_run_kind;

/** Px first..end - 1 of a row at full scale that are of one kind. Starts as { 0 }. */
typedef struct fc_run {
    fc_run_kind kind;
    int32_t first;
    int32_t end;
    int32_t next; /* column of the mask where the run after this one begins */
} fc_run;

/** The next run of row y at full scale, left to right; false after the last, which ends the row. */
bool fc_guided_upsampler_next(const fc_guided_upsampler *carry, int32_t y, fc_run *run);

/**
 * The mask at px first..end - 1 of row y, its haze ended: 0..1.
 *
 * colours   RGB of these px at full scale
 * alpha     end - first values
 *
 * Cost: about 6 ns a px.
 */
void fc_guided_upsampler_alpha(fc_guided_upsampler *carry, int32_t y, int32_t first, int32_t end,
                               const uint8_t *colours, float *alpha);
