/**
 * Rows of a file that libvips opened, decoded strip by strip on the calling thread.
 */
#pragma once

#include <vips/vips.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/rows.h"

/**
 * Rows of a part of an opened picture. What lies below the part is not decoded.
 *
 * image   from fc_vips_open, with a layout that fc_vips_check_layout passed; it is referenced
 * part    inside the picture, not empty
 * out     owner: caller, release with fc_rows_free. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE, FC_OUT_OF_MEMORY; the same when a row is read.
 */
FC_MUST_CHECK fc_status fc_vips_rows_new(VipsImage *image, fc_rect part, fc_rows **out,
                                         fc_error *err);
