/**
 * Lanczos resize in whole numbers: byte for byte what the Python library Pillow makes of 8-bit
 * pictures, for networks that were fed by it. Everything else resizes with ops/resample.h.
 *
 * The kernel has three lobes (sinc(x) sinc(x / 3), |x| < 3) and widens by the scale when an axis
 * shrinks; what it reaches beyond the picture is left out and the rest weighed up to 1. Weights are
 * rounded to 22 bits behind the point; one axis is resized after the other, each time rounded and
 * cut to 8 bit. Pure pixel operation, any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Resize a whole picture, ignoring its proportions.
 *
 * source   1, 3 or 4 channels, each on its own
 * size     sides from 1 to FC_IMAGE_SIDE_MAX
 * out      owner: caller. As many channels as the source. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (empty size), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 * Cost: about 6 taps a sample of each pass, 6 times the scale when shrinking.
 */
FC_MUST_CHECK fc_status fc_lanczos8(const fc_image *source, fc_size size, fc_image **out,
                                    fc_error *err);
