/** Place a plane: a coarse mask of one part of the photo, seen on the canvas. Any thread. */
#pragma once

#include "image/image.h"

/**
 * Sample a mask at every pixel of the canvas: Catmull-Rom, clamped to 0..1.
 *
 * Made for masks about as coarse as the canvas or coarser; a much finer one would alias.
 *
 * mask       0..1
 * covered    the part of the photo that the mask spans, px; each axis has its own scale. Not
 *            empty: FC_INVALID_ARGUMENT. Beyond it the mask's edge value repeats
 * to_photo   canvas px -> photo px; finite
 * size       of the canvas, sides from 1 to FC_IMAGE_SIDE_MAX
 * out        owner: caller. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. Cost: 16 taps a pixel.
 */
FC_MUST_CHECK fc_status fc_plane_place(const fc_plane *mask, fc_box covered, fc_similarity to_photo,
                                       fc_size size, fc_plane **out, fc_error *err);
