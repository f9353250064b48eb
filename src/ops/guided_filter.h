/**
 * Guided filter: smooth a mask so that its edges follow the edges of a colour picture.
 *
 * In each window the mask is fitted by a linear function of the colour (least squares, with
 * `epsilon` against steep ones); the fits of all windows over a px are averaged. Sources: He, Sun
 * and Tang, "Guided Image Filtering", 2013; He and Sun, "Fast Guided Filter", 2015.
 *
 * Pure operation, any thread.
 */
#pragma once

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

/**
 * The first half of fc_guided_filter, for who evaluates the fit himself and only where it matters.
 *
 * guide, mask, radius_px, epsilon   as above
 * out   owner: caller, release with fc_memory_free. FC_BILINEAR_PLANES planes of the guide's size
 *       (ops/bilinear.h): the slopes over R, G and B, and the constant. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. Cost: about 40 ns a px of `guide`.
 */
FC_MUST_CHECK fc_status fc_guided_fit(const fc_image *guide, const fc_plane *mask,
                                      int32_t radius_px, double epsilon, float **out,
                                      fc_error *err);

/** The second half, for a run of px: `fit` holds the four values of each px side by side. */
void fc_guided_row(const float *fit, const uint8_t *colours, size_t count, float *out);
