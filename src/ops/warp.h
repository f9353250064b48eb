/**
 * Warp: the one resampling of the photo, from its own pixels straight to the portrait's canvas.
 *
 * Pure pixel operation: no models, no files, no state. Any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Sample an upright, turned and scaled window of a photo.
 *
 * Where the canvas is coarser than the photo, the part in question is first shrunk along its axes
 * (ops/resample.h) to about the canvas's density; the turn is then one Catmull-Rom interpolation.
 * Where the canvas is more than 1.5 times as fine as the photo, values stay within the range of the
 * four pixels around their place, so that edges do not ring. At scale 1, without rotation and with
 * a shift by whole pixels the photo is copied exactly. Beyond the photo its edge colour repeats, so
 * that later filters meet no black border.
 *
 * source      RGB
 * to_source   canvas px -> source px; scale from 1/1000 to 1000
 * size        of the canvas, sides from 1 to FC_IMAGE_SIDE_MAX
 * out         owner: caller. RGB. Untouched on failure
 * coverage    owner: caller. Share of each canvas pixel inside the photo, 0..1, with an edge of
 *             one canvas pixel. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (scale, empty size), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 * Cost: O(canvas + the source's part under it).
 */
FC_MUST_CHECK fc_status fc_warp(const fc_image *source, fc_similarity to_source, fc_size size,
                                fc_image **out, fc_plane **coverage, fc_error *err);
