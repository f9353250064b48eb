/**
 * Box rows: means over a square window that moves down a picture, row by row, so that the radius
 * costs nearly nothing. For callers that make the values on the way; a whole picture takes
 * ops/box_blur.
 *
 * The window is cut at the borders and the mean is over the rest of it. Sums down the columns are
 * kept in double: the error stays at the rounding of one float.
 *
 * One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

typedef struct fc_box_rows fc_box_rows;

/**
 * Prepare an empty window.
 *
 * size       of the picture
 * planes     values side by side that are averaged alike, 1 or more
 * radius_px  half the side of the window, 0 or more
 * out        owner: caller, release with fc_box_rows_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Memory: a row of all planes in double, five of one.
 */
FC_MUST_CHECK fc_status fc_box_rows_new(fc_size size, size_t planes, int32_t radius_px,
                                        fc_box_rows **out, fc_error *err);
void fc_box_rows_free(fc_box_rows *rows);
FC_DEFINE_CLEANUP(fc_box_rows, fc_box_rows_free)

/**
 * The window's radius, px: at most the picture's longer side, beyond which nothing changes. Row y's
 * window holds the rows y - radius .. y + radius that there are: those enter, the others leave.
 */
int32_t fc_box_rows_radius(const fc_box_rows *rows);

/** A plane's row enters the window, or leaves it; finite values. */
void fc_box_rows_enter(fc_box_rows *rows, size_t plane, const float *row);
void fc_box_rows_leave(fc_box_rows *rows, size_t plane, const float *row);

/** One row enters and another leaves: the same as both, in half the time. */
void fc_box_rows_slide(fc_box_rows *rows, size_t plane, const float *enters, const float *leaves);

/** The means of row y, whose window is in. Cost: about 1 ns a value, entering and leaving too, if
 *  what a plane needs is done at once: then it stays in the first cache. */
void fc_box_rows_means(const fc_box_rows *rows, size_t plane, int32_t y, float *means);
