/**
 * Resample: part of a picture, or a whole plane, at another size. Each axis has its own scale.
 *
 * Pure pixel operations: no models, no files, no state. Any thread.
 */
#pragma once

#include "image/image.h"

/**
 * Resample a region of a picture, without aliasing when it shrinks.
 *
 * Catmull-Rom (Keys, "Cubic convolution interpolation", 1981) along each axis, widened by the
 * scale when shrinking; after block means where an axis shrinks by 8 or more. Steep edges
 * overshoot by up to 8 % of their height an axis. Values are rounded to nearest. Pixels around
 * the region are used where the source has them; beyond the source its edge repeats. A region of
 * whole pixels at its own size is copied exactly.
 *
 * source   1, 3 or 4 channels; alpha is resampled like a colour
 * region   in source px, may be fractional; lies within the source and is not empty
 * size     sides from 1 to FC_IMAGE_SIDE_MAX
 * out      owner: caller. As many channels as the source. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (region, empty size), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 * Cost: O(region + size); one row and the weights of scratch memory.
 */
FC_MUST_CHECK fc_status fc_resample(const fc_image *source, fc_box region, fc_size size,
                                    fc_image **out, fc_error *err);

/**
 * The same for what only a network or a mask's filter looks at: block means come first wherever an
 * axis shrinks by 2 or more. They alias a little, and cost a third to a half.
 */
FC_MUST_CHECK fc_status fc_resample_for_network(const fc_image *source, fc_box region, fc_size size,
                                                fc_image **out, fc_error *err);

/**
 * Resample a whole plane: the mean of the covered area along an axis that shrinks, Catmull-Rom
 * along one that grows. Values stay between the smallest and the largest one of the source, so
 * masks stay 0..1.
 *
 * out   owner: caller. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (empty size), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 * Memory: three planes more, two of one side of the source by one of `size`, one of that size.
 */
FC_MUST_CHECK fc_status fc_plane_resample(const fc_plane *source, fc_size size, fc_plane **out,
                                          fc_error *err);
