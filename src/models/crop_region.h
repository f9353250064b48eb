/** The part of a picture that a segmentation network is shown. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/**
 * Cut a region to a picture.
 *
 * out   at least 1 x 1 px, within the picture. Untouched on failure
 *
 * Errors: FC_INVALID_ARGUMENT (the region does not meet the picture, or is no number).
 */
FC_MUST_CHECK fc_status fc_crop_region(fc_box region, fc_size picture, fc_box *out, fc_error *err);
