/** Attach alpha: colour and mask become one picture. Any thread. */
#pragma once

#include "image/image.h"

/**
 * The colour as it is, with the mask as its alpha, rounded to nearest.
 *
 * rgb     3 channels
 * alpha   0..1, what lies outside counts as the nearer end; of the same size: FC_INVALID_ARGUMENT
 *         otherwise
 * out     owner: caller. RGBA. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT, FC_OUT_OF_MEMORY. Cost: O(pixels).
 */
FC_MUST_CHECK fc_status fc_attach_alpha(const fc_image *rgb, const fc_plane *alpha, fc_image **out,
                                        fc_error *err);
