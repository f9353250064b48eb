/**
 * Bilinear: reads four planes of one small size as if they had a larger one, row by row. For the
 * smooth coefficients of the guided filter and of the foreground estimate.
 *
 * One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/** Planes that are read together. */
#define FC_BILINEAR_PLANES 4

typedef struct fc_bilinear fc_bilinear;

/**
 * Prepare to read. Picture lies on picture edge on edge; beyond the outer centres the outermost
 * value counts.
 *
 * planes  FC_BILINEAR_PLANES planes of `from`, one after the other; borrowed as long as `out` lives
 * from    their size
 * to      the size that they are read at
 * out     owner: caller, release with fc_bilinear_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_bilinear_new(const float *planes, fc_size from, fc_size to,
                                        fc_bilinear **out, fc_error *err);
void fc_bilinear_free(fc_bilinear *reader);
FC_DEFINE_CLEANUP(fc_bilinear, fc_bilinear_free)

/**
 * One row at the larger size: the values of the planes at each px side by side.
 *
 * y   0..to.height - 1
 *
 * Valid until the next call. Cost: about 2 ns a px.
 */
const float *fc_bilinear_row(fc_bilinear *reader, int32_t y);

/**
 * A part of a row: as fc_bilinear_row, but only the columns first..end - 1 are filled in; the
 * others of the row mean nothing.
 */
const float *fc_bilinear_span(fc_bilinear *reader, int32_t y, int32_t first, int32_t end);
