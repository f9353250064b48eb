/**
 * Blur behind: a background out of focus, without anything of the person in it.
 *
 * A blur by weights (normalised convolution, Knutsson and Westin 1993): each px counts as much as
 * it is background, and where the person stands the surroundings are continued. Sums are taken in
 * linear light, so that lamps and windows stay bright as in a lens. Any thread.
 */
#pragma once

#include "image/image.h"

/**
 * rgba       4 channels: the picture, and as its alpha how surely each px is background
 * sigma_px   of the blur, more than 0
 * out        owner: caller. RGB, of the same size. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: O(pixels); less for a wide blur, which is made of block means.
 * Memory: 16 bytes a px of those.
 */
FC_MUST_CHECK fc_status fc_blur_behind(const fc_image *rgba, double sigma_px, fc_image **out,
                                       fc_error *err);
