/**
 * Foreground: the person's own colour at soft edges, where the photo shows a mixture with the old
 * background.
 *
 * Source: Forte and Pitie, "Approximate Fast Foreground Colour Estimation" (blur fusion, two
 * passes), ICIP 2021. The blurs run at a reduced scale; the last step runs at full scale.
 *
 * Pure operation, any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Estimate the colour of the foreground wherever it shows.
 *
 * picture  RGB, the mixture
 * alpha    same size, 0..1: share of the foreground
 * face_px  height of the face in px of the picture; sets the radii of the blurs
 * out      owner: caller. RGB, same size: the foreground without background where alpha is
 *          between 0 and 1, the picture's own colour where it is 1, and where it is 0 and nobody
 *          looks. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 5 ms at 648 x 648, 5 ns a px beyond.
 */
FC_MUST_CHECK fc_status fc_foreground(const fc_image *picture, const fc_plane *alpha,
                                      double face_px, fc_image **out, fc_error *err);

/**
 * How far each px of a keyed matte can be trusted when its colour is estimated.
 *
 * Keying calls a px whole that is only most of the way from wall to person, since hair has lights
 * and shades. At the edge that leaves a line of the wall's colour. There a px is believed as far as
 * its least neighbour, thin hair by half: give the result to fc_foreground instead of the matte.
 *
 * out  owner: caller. Same size, 0..1, nowhere more than the matte. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 5 ns a px.
 */
FC_MUST_CHECK fc_status fc_foreground_trust(const fc_plane *matte, fc_plane **out, fc_error *err);

/** The same for px first..end - 1 of a row: `rows` are the one above, itself and the one below, at
 *  the border of the picture itself again, `width` values each; end - first are written to `out`.
 */
void fc_foreground_trust_row(const float *const rows[3], int32_t width, int32_t first, int32_t end,
                             float *out);

/**
 * The first half of fc_foreground, for callers that compute the colours themselves, only where they
 * matter.
 *
 * picture, alpha, face_px   as above; the blurs run at the scale that they have
 * out   owner: caller, release with fc_memory_free. Two groups of FC_BILINEAR_PLANES planes of that
 *       size (ops/bilinear.h): mean colour and weight of the foreground, then of the background.
 *       Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 120 ns a px.
 */
FC_MUST_CHECK fc_status fc_foreground_means(const fc_image *picture, const fc_plane *alpha,
                                            double face_px, float **out, fc_error *err);

/** The second half, for a run of px: `fore` and `back` hold the four values of each px side by
 *  side; 3 bytes a px are written to `out`. */
void fc_foreground_row(const uint8_t *picture, const float *alpha, const float *fore,
                       const float *back, size_t count, uint8_t *out);
