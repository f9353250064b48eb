/**
 * Snippet: a turned square of a picture for a network to look at.
 *
 * Pure pixel operation: no models, no files, no state. Any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Sample a square: block means where it is coarser than the picture by 1.5 or more, then bilinear.
 * A little softer than ops/warp.h, which is for people's eyes, and costs a fifth of it. Beyond the
 * picture its edge repeats.
 *
 * source      RGB
 * to_source   px of the square -> px of the picture; scale from 1/100 to 200,
 *             shifts up to 1e9
 * side        of the square, px, 1 to FC_IMAGE_SIDE_MAX
 * out         owner: caller. RGB. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (scale, shift, side), FC_OUT_OF_MEMORY. Cost: O(square + what lies
 * under it).
 */
FC_MUST_CHECK fc_status fc_snippet(const fc_image *source, fc_similarity to_source, int32_t side,
                                   fc_image **out, fc_error *err);
