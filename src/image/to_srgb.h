/**
 * To sRGB: rows in a file's own colours become rows of grey or sRGB.
 *
 * Alpha comes through unchanged. Any thread; rows belong to one thread at a time.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "image/colour_space.h"
#include "image/rows.h"

/**
 * Wrap rows so that what they give is grey or sRGB, 8 or 16 bits.
 *
 * rows    taken over on success: releasing `out` releases them. Where nothing has to be converted
 *         `out` is these rows themselves
 * space   of the rows; its profile must outlive the call, not the rows
 * out     owner: caller. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_to_srgb(fc_rows **rows, const fc_colour_space *space, fc_rows **out,
                                   fc_error *err);
