/** Greyscale: a picture in shades of grey. Any thread. */
#pragma once

#include "image/image.h"

/**
 * Give each px its grey in all three colour channels; alpha stays.
 *
 * image   3 or 4 channels; changed in place
 *
 * Cost: O(pixels).
 */
void fc_greyscale_in_place(fc_image *image);

/**
 * The same picture with one channel.
 *
 * grey   3 channels that are alike; the first one counts
 * out    owner: caller. 1 channel. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_greyscale_pack(const fc_image *grey, fc_image **out, fc_error *err);
