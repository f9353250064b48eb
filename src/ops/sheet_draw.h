/** Sheet draw: a sheet as pixels, white where nothing is. Any thread. */
#pragma once

#include "image/image.h"
#include "ops/sheet_layout.h"

/** Px of a length. */
int32_t fc_sheet_px(double mm, int32_t dpi);

/**
 * Draw a sheet.
 *
 * picture   RGB, as large as one picture is at this density
 * out       owner: caller. RGB, tells its density. Untouched on failure
 *
 * Errors: those of fc_image_new. Cost: O(pixels). Places are off by half a px at most.
 */
FC_MUST_CHECK fc_status fc_sheet_draw(const fc_sheet *sheet, const fc_sheet_wish *wish,
                                      const fc_image *picture, int32_t dpi, fc_image **out,
                                      fc_error *err);
