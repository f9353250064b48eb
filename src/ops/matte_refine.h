/**
 * Matte refinement: from a network's coarse mask to an alpha that follows hair and edges.
 *
 * Runs at a reduced scale and is brought back along the edges of the full picture. Pure operation,
 * any thread.
 */
#pragma once

#include <stdbool.h>

#include "ops/colour_key.h"
#include "ops/guided_filter.h"
#include "ops/plain_wall.h"

/** A mask from this up is sure to be person. */
#define FC_MATTE_SURE 0.9

/** Scale at which a picture of this size is worked on, 1 or less (sizes: ops/work_size.h). */
double fc_matte_work_scale(fc_size guide);

/**
 * Refine a mask.
 *
 * guide    RGB, the picture that the mask belongs to
 * coarse   what covers the same at any size, best at the scale that is worked on; anything but
 *          0..1, NaN included, is cut to that
 * face_px  height of the face in px of the guide, above 0; sets all radii
 * fine     true: also solve a thin band about the edge by closed-form matting, which brings back
 *          hair; false: guided filter only
 * wall     of the same part: with `fine`, colours decide wherever they tell wall from person
 *          (ops/colour_key.h), and the band is what is left; NULL: none
 * out      owner: caller. Same size, 0..1. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 * Cost: at 648 x 648 about 9 ms, 18 ms with `fine`; bounded by the reduced scale plus about 10 ns
 * a px of the guide.
 */
FC_MUST_CHECK fc_status fc_matte_refine(const fc_image *guide, const fc_plane *coarse,
                                        double face_px, bool fine, const fc_plain_wall *wall,
                                        fc_plane **out, fc_error *err);

/**
 * The first half of fc_matte_refine, at the scale that the picture has: what is left is to carry
 * the mask to the full scale (ops/extract_person.h does it for a whole photo).
 *
 * guide, coarse, face_px, fine, wall   as above; the guide already small
 * out   owner: caller. Same size, 0..1. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. Cost: about 40 ns a px, 100 ns with `fine`.
 */
FC_MUST_CHECK fc_status fc_matte_solve(const fc_image *guide, const fc_plane *coarse,
                                       double face_px, bool fine, const fc_plain_wall *wall,
                                       fc_plane **out, fc_error *err);

/**
 * The second half, for a row: the mask of that one at the picture's scale, keyed once more.
 *
 * carry    of the solved mask, to the size of the picture
 * key      for the picture's size, of what was keyed before; NULL: no plain wall
 * picture  RGB
 * alpha    as many values as the picture is wide, 0..1
 *
 * Cost: about 1 ns a px, 25 ns about the edges.
 */
void fc_matte_carry_row(fc_guided_upsampler *carry, fc_colour_key *key, const fc_image *picture,
                        int32_t y, float *alpha);
