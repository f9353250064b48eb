/**
 * Shrunk rows: rows of a stored picture as RGB of 8 bits, whole boxes of pixels made one.
 *
 * They are what a raster is filled from: made here, or by a decoder in a process of its own. One
 * thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "image/rows.h"

typedef struct fc_rgb_rows fc_rgb_rows;

/** Begins the struct of whoever makes them. */
struct fc_rgb_rows {
    fc_size size; /* stored order */

    /* Row `y` into `rgb`, size.width x 3 bytes; they are asked for once each, in order. */
    fc_status (*read)(fc_rgb_rows *rows, int32_t y, uint8_t *rgb, fc_error *err);
};

typedef struct fc_shrunk_rows fc_shrunk_rows;

/**
 * Shrunk rows of a picture.
 *
 * rows         any layout that rows.h allows after the conversion to sRGB; borrowed
 * shrink       1..256: each result pixel is the mean of shrink x shrink stored ones, of fewer at
 *              the right and bottom where the sides do not divide
 * background   shows through where the picture is transparent; borrowed; NULL: alpha is ignored
 *
 * Errors: FC_OUT_OF_MEMORY; reading: those of the rows.
 */
FC_MUST_CHECK fc_status fc_shrunk_rows_new(fc_rows *rows, int32_t shrink, const uint8_t *background,
                                           fc_shrunk_rows **out, fc_error *err);
void fc_shrunk_rows_free(fc_shrunk_rows *shrunk);
FC_DEFINE_CLEANUP(fc_shrunk_rows, fc_shrunk_rows_free)

/** To read from; lives as long as these do. */
fc_rgb_rows *fc_shrunk_rows_read(fc_shrunk_rows *shrunk);

/** Of the rows read so far: the picture has alpha, and no pixel of it can be seen. */
bool fc_shrunk_rows_invisible(const fc_shrunk_rows *shrunk);
