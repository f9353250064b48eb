/**
 * Extract person: cuts the people out of a whole photo, along a mask that was solved at a small
 * scale.
 *
 * The mask is carried to full scale by a guided filter and the colours of soft edges are cleaned
 * (ops/foreground.h), but only in the band about the edges: everywhere else a px is copied or
 * cleared, so a photo of 12 MP costs little more than copying it. Pure operation, any thread.
 */
#pragma once

#include "ops/plain_wall.h"

/**
 * Lift what a mask marks.
 *
 * picture  RGB
 * small    RGB, the same picture at the size of the mask, or smaller than `picture` in any case
 * mask     size of `small`, 0..1
 * face_px  height of a face in px of `small`, above 0; sets the radii of the colour blurs
 * wall     that the mask was solved with (ops/matte_refine.h), or NULL
 * out      owner: caller. RGBA, size of `picture`: alpha, and the colour of the person alone. Where
 *          alpha is 0: the colour of the person near the edge, black beyond. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED.
 * Cost: about 200 ns a px of `small`, 2 ns a px of `picture` and 20 ns a px of the band.
 */
FC_MUST_CHECK fc_status fc_extract_person(const fc_image *picture, const fc_image *small,
                                          const fc_plane *mask, double face_px,
                                          const fc_plain_wall *wall, fc_image **out, fc_error *err);
