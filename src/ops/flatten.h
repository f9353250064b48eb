/** Flatten: put a picture with alpha onto a plain background. Any thread. */
#pragma once

#include "image/image.h"

/**
 * Straight-alpha composite, channel by channel: background + (colour - background) * alpha / 255,
 * rounded to nearest.
 *
 * rgba         4 channels
 * background   red, green, blue
 * out          owner: caller. RGB. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: O(pixels).
 */
FC_MUST_CHECK fc_status fc_flatten(const fc_image *rgba, const uint8_t background[3],
                                   fc_image **out, fc_error *err);
