/**
 * Closed-form matting in a thin band: alpha where it is not known, from the colours and from the
 * known alpha around it.
 *
 * In each 3 x 3 window alpha is taken as a linear function of the colour (the "matting Laplacian");
 * the unknown alpha is found by conjugate gradients, the windows standing for the Laplacian.
 * Source: Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural Image Matting", 2008.
 *
 * Pure operation, any thread.
 */
#pragma once

#include "image/image.h"

/** Steps of the solver that are worth their time when it starts from a good mask. */
#define FC_CLOSED_FORM_STEPS 32

/**
 * Solve for the unknown values of a mask, starting from the values that it has there.
 *
 * guide     RGB, 3 x 3 px at least; smaller pictures have no window, so nothing changes
 * unknown   same size, 1 channel: 0 known, anything else unknown
 * alpha     same size; known values are kept, unknown ones are replaced; finite
 * trust     how strongly starting values near 0 or 1 hold: they prevail about 1 / sqrt(trust) px
 *           from anything that says otherwise; 0 asks the colours only
 * steps     of the solver, 0 or more
 *
 * Values may end a little beyond 0..1. Errors: FC_OUT_OF_MEMORY; then `alpha` is unchanged.
 * Cost: about 100 ns an unknown px plus 6 ns for each step; 100 bytes an unknown px and nine
 * planes.
 */
FC_MUST_CHECK fc_status fc_closed_form_in_place(const fc_image *guide, const fc_image *unknown,
                                                double trust, int32_t steps, fc_plane *alpha,
                                                fc_error *err);
