/** Flatten: put a picture with alpha onto a background, one colour or a picture. Any thread. */
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

/**
 * The same onto a picture, in place.
 *
 * rgba     4 channels
 * ground   RGB of the same size; changed
 *
 * Cost: O(pixels).
 */
void fc_flatten_onto(const fc_image *rgba, fc_image *ground);
