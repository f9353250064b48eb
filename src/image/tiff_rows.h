/**
 * TIFF rows: the rows of a page, line by line or by strips and tiles.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/rows.h"
#include "image/tiff_file.h"
#include "image/tiff_layout.h"

/**
 * Rows of a part. What lies outside it is not decoded, but for the strips and tiles that it cuts.
 *
 * file     and
 * layout   must outlive the rows
 * part     inside the page, not empty
 * out      owner: caller, release with fc_rows_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_UNSUPPORTED_FORMAT; when a row is read also FC_CORRUPT_IMAGE and
 * FC_LIMIT_EXCEEDED.
 */
FC_MUST_CHECK fc_status fc_tiff_rows_new(fc_tiff_file *file, const fc_tiff_layout *layout,
                                         fc_rect part, fc_rows **out, fc_error *err);
