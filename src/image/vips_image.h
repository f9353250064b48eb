/**
 * A picture of ours as libvips sees it, without a copy.
 */
#pragma once

#include <vips/vips.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"

/**
 * View of a picture for the library's encoders: rows are copied when they ask for them.
 *
 * picture   must outlive the view and stay as it is meanwhile
 * out       owner: caller, release with g_object_unref. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Any thread after fc_vips_start.
 */
FC_MUST_CHECK fc_status fc_vips_image_new(const fc_image *picture, VipsImage **out, fc_error *err);
