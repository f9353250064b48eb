/**
 * Clear hidden: one colour wherever a picture is fully see-through. Nothing visible changes; the
 * file becomes smaller, and nothing of the old background can be dug out of it.
 *
 * Pure operation, any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Give every px of alpha 0 the same colour.
 *
 * rgba     4 channels, straight alpha; changed in place
 * colour   R, G, B
 *
 * Cost: O(pixels).
 */
void fc_clear_hidden_in_place(fc_image *rgba, const uint8_t colour[3]);
