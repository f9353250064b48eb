/**
 * Guided filter: smooth a mask so that its edges follow the edges of a colour picture.
 *
 * In each window the mask is fitted by a linear function of the colour (least squares, with
 * `epsilon` against steep ones); the fits of all windows over a px are averaged. Sources: He, Sun
 * and Tang, "Guided Image Filtering", 2013; He and Sun, "Fast Guided Filter", 2015.
 *
 * The filter is a pure operation, any thread.
 */
#pragma once

#include <stdbool.h>

#include "image/image.h"

/**
 * Fit the mask at the scale of a small guide, and evaluate the fit at the scale of a large one.
 *
 * guide      RGB, the scale at which the fit is made
 * mask       same size as `guide`, finite values
 * radius_px  half the side of the windows, px of `guide`, 0 or more
 * epsilon    variance, of colours in 0..1, below which a window counts as flat; above 0
 * target     RGB, the same picture at any size; `guide` itself for the plain filter
 * out        owner: caller. Size of `target`; may go beyond 0..1 a little. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 * Cost: about 40 ns a px of `guide` and 6 ns a px of `target`; 4 planes of the size of `guide`.
 */
FC_MUST_CHECK fc_status fc_guided_filter(const fc_image *guide, const fc_plane *mask,
                                         int32_t radius_px, double epsilon, const fc_image *target,
                                         fc_plane **out, fc_error *err);

/** A mask that was solved at a small scale, brought to the full one along the edges of the picture.
 *  Most px are far from any edge, and known without a fit: they come in runs. One thread at a time.
 */
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

/**
 * Another one with the same fit, for another thread.
 *
 * from   outlives it
 * out    owner: caller, release with fc_guided_upsampler_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_guided_upsampler_borrow(const fc_guided_upsampler *from,
                                                   fc_guided_upsampler **out, fc_error *err);
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
