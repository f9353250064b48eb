/**
 * Raster: rows of a stored picture become an upright RGB picture, shrunk by whole boxes on the way.
 *
 * A few rows are held at a time, so the result is the only whole picture in memory. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/image.h"
#include "image/orientation.h"
#include "image/rows.h"
#include "image/shrunk.h"

/**
 * Place rows as the orientation says.
 *
 * orientation   from stored to upright
 * out           owner: caller. RGB. Untouched on failure
 *
 * Errors: as fc_raster_fill.
 */
FC_MUST_CHECK fc_status fc_raster_place(fc_rgb_rows *rows, fc_orientation orientation,
                                        fc_image **out, fc_error *err);

/**
 * Read all rows.
 *
 * rows          any layout that rows.h allows
 * shrink        1 or more: each result pixel is the mean of shrink x shrink stored ones, of fewer
 * at the right and bottom where the sides do not divide orientation   from stored to upright
 * background    shows through where the picture is transparent; NULL: alpha is ignored
 * invisible     set: the picture has alpha, and no pixel of it can be seen
 * out           owner: caller. RGB. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (a side above FC_IMAGE_SIDE_MAX), and those of
 * reading a row. Cost: O(stored pixels).
 */
FC_MUST_CHECK fc_status fc_raster_fill(fc_rows *rows, int32_t shrink, fc_orientation orientation,
                                       const uint8_t background[3], bool *invisible, fc_image **out,
                                       fc_error *err);
