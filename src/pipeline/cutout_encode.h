/** From a cut-out's pixels to its files. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"
#include "pipeline/cutout.h"

/**
 * Encode as the plan says.
 *
 * pixels   RGBA; colours under alpha 0 are lost
 * out      file, alpha_file, format and size are filled in. Untouched on failure
 *
 * Errors: FC_LIMIT_EXCEEDED (past FC_CUTOUT_BYTES_MAX), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_cutout_encode(const fc_cutout_plan *plan, fc_image *pixels,
                                         fc_cutout *out, fc_error *err);
