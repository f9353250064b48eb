/**
 * Oval mask: the soft-edged ellipse that turns a portrait into a medallion.
 *
 * Pure pixel operation: no models, no files, no state. Any thread.
 */
#pragma once

#include "image/image.h"

/** Semi-axes as a share of the sides of the box. 0.5 would touch them. */
#define FC_OVAL_RADIUS_DEFAULT 0.48

/** Feather of the original service, which blurred a hard ellipse with 21 x 21 taps. */
#define FC_OVAL_FEATHER_DEFAULT_PX 21.0

/**
 * An ellipse centred in a box of the canvas: 1 inside, 0 outside, half on its outline.
 *
 * The edge is a smooth step (3 t^2 - 2 t^3) over the distance to the outline, 1.2 times as wide as
 * the feather: of all widths that one comes nearest to the original's blur of `feather_px` taps
 * (mean difference 1 % of the mask). It is never narrower than one pixel.
 *
 * size         of the canvas, sides from 1 to FC_IMAGE_SIDE_MAX
 * inside       box that holds the ellipse, canvas px; not empty
 * radius       semi-axes divided by the sides of the box, above 0 and up to 0.5
 * feather_px   0 (hard edge) .. the shorter side of the box
 * out          owner: caller. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 * Cost: O(width * height), one plane.
 */
FC_MUST_CHECK fc_status fc_oval_mask(fc_size size, fc_box inside, double radius, double feather_px,
                                     fc_plane **out, fc_error *err);
