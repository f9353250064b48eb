#include "image/raster.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/*
 * Rows placed at once. A picture on its side is written column by column: sixteen pixels side by
 * side fill a cache line, where single ones would fetch a line each.
 */
#define STRIP_LINES 16

/* What one pass over the rows works with. */
typedef struct raster_pass {
    fc_rgb_rows *rows;
    uint8_t *strip; /* STRIP_LINES rows */
} raster_pass;

static void raster_pass_clear(raster_pass *pass)
{
    fc_memory_free(pass->strip);
}

static uint8_t *strip_line(const raster_pass *pass, int32_t line)
{
    return pass->strip + (size_t)line * (size_t)pass->rows->size.width * 3;
}

/* Where stored row `y` goes that stays a row. */
static uint8_t *upright_row(const fc_image *upright, fc_orientation orientation, int32_t y)
{
    return fc_image_row(upright, orientation.flip_y ? upright->size.height - 1 - y : y);
}

static void mirror_row(const uint8_t *rgb, uint8_t *to, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        memcpy(to + 3 * (width - 1 - x), rgb + 3 * x, 3);
    }
}

/* Writes stored rows y.. along columns of the upright picture. */
static void place_columns(const raster_pass *pass, int32_t y, int32_t lines,
                          fc_orientation orientation, fc_image *upright)
{
    const int32_t width = pass->rows->size.width;
    const size_t line_size = (size_t)width * 3;
    const int32_t column = orientation.flip_x ? upright->size.width - lines - y : y;
    for (int32_t x = 0; x < width; x++) {
        const uint8_t *from = pass->strip + 3 * x;
        uint8_t *to = fc_image_row(upright, orientation.flip_y ? width - 1 - x : x) + 3 * column;
        for (int32_t i = 0; i < lines; i++) {
            const int32_t line = orientation.flip_x ? lines - 1 - i : i;
            const uint8_t *pixel = from + (size_t)line * line_size;
            to[3 * i] = pixel[0];
            to[3 * i + 1] = pixel[1];
            to[3 * i + 2] = pixel[2];
        }
    }
}

static fc_status place_strip(raster_pass *pass, int32_t y, fc_orientation orientation,
                             fc_image *upright, fc_error *err)
{
    const int32_t left = pass->rows->size.height - y;
    const int32_t lines = left < STRIP_LINES ? left : STRIP_LINES;
    const bool lies_right = !orientation.transpose && !orientation.flip_x;
    for (int32_t i = 0; i < lines; i++) {
        uint8_t *row = lies_right ? upright_row(upright, orientation, y + i) : strip_line(pass, i);
        FC_TRY(pass->rows->read(pass->rows, y + i, row, err));
        if (!lies_right && !orientation.transpose) {
            mirror_row(row, upright_row(upright, orientation, y + i), upright->size.width);
        }
    }
    if (orientation.transpose) {
        place_columns(pass, y, lines, orientation, upright);
    }
    return FC_OK;
}

fc_status fc_raster_place(fc_rgb_rows *rows, fc_orientation orientation, fc_image **out,
                          fc_error *err)
{
    FC_ASSERT(rows != NULL);
    FC_ASSERT(rows->size.width > 0 && rows->size.height > 0);
    FC_ASSERT(out != NULL);

    __attribute__((cleanup(raster_pass_clear))) raster_pass pass = { .rows = rows };
    FC_TRY(fc_memory_new((size_t)rows->size.width, (size_t)3 * STRIP_LINES, (void **)&pass.strip,
                         err));
    FC_AUTO(fc_image) upright = NULL;
    FC_TRY(fc_image_new(fc_orientation_turn_size(orientation, rows->size), 3, &upright, err));
    for (int32_t y = 0; y < rows->size.height; y += STRIP_LINES) {
        FC_TRY(place_strip(&pass, y, orientation, upright, err));
    }
    *out = FC_STEAL(upright);
    return FC_OK;
}

fc_status fc_raster_fill(fc_rows *rows, int32_t shrink, fc_orientation orientation,
                         const uint8_t background[3], bool *invisible, fc_image **out,
                         fc_error *err)
{
    FC_ASSERT(invisible != NULL);

    FC_AUTO(fc_shrunk_rows) shrunk = NULL;
    FC_TRY(fc_shrunk_rows_new(rows, shrink, background, &shrunk, err));
    FC_TRY(fc_raster_place(fc_shrunk_rows_read(shrunk), orientation, out, err));
    *invisible = fc_shrunk_rows_invisible(shrunk);
    return FC_OK;
}
