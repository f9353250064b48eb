/**
 * Rows: a stored picture read from top to bottom, one row at a time, as each file format gives it.
 *
 * This is the interface between the formats and the raster: no format knows of orientation,
 * shrinking or backgrounds, and no whole picture is held twice. One thread at a time.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/geometry.h"

/** Whole pixels of a stored picture. */
typedef struct fc_rect {
    int32_t x;
    int32_t y;
    int32_t width;
    int32_t height;
} fc_rect;

typedef struct fc_rows fc_rows;

/** Begins each format's own struct. */
struct fc_rows {
    fc_size size;     /* of the part that is read */
    int32_t channels; /* 1 grey, 2 grey and alpha, 3 sRGB, 4 sRGB and alpha; before the conversion
                         to sRGB those of the file's colour space, up to 5 */
    int32_t bits;     /* 8, or 16 in the byte order of the machine; 0 is black, all ones is white;
                         before the conversion also 32: floats of linear light, 1.0 is white */

    /* Row `y`; they are asked for once each, in order. `pixels` stays valid until the next call. */
    fc_status (*read)(fc_rows *rows, int32_t y, const void **pixels, fc_error *err);
    void (*free)(fc_rows *rows);
};

/** Release; NULL is fine. */
static inline void fc_rows_free(fc_rows *rows)
{
    if (rows != NULL) {
        rows->free(rows);
    }
}
FC_DEFINE_CLEANUP(fc_rows, fc_rows_free)
