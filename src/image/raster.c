#include "image/raster.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/flatten.h"

/*
 * Rows placed at once. A picture on its side is written column by column: sixteen pixels side by
 * side fill a cache line, where single ones would fetch a line each.
 */
#define STRIP_LINES 16

/* What one pass over the rows works with. */
typedef struct raster_pass {
    fc_rows *rows;
    int32_t shrink;
    const uint8_t *background;
    fc_size shrunk;  /* stored order, after shrinking */
    uint8_t *narrow; /* one stored row of 8 bits, where the rows have 16 */
    uint8_t *rgb;    /* one stored row */
    uint32_t *sums;  /* one shrunk row */
    uint8_t *strip;  /* STRIP_LINES shrunk rows */
    bool visible;    /* a pixel was not wholly transparent */
} raster_pass;

static void raster_pass_clear(raster_pass *pass)
{
    fc_memory_free(pass->narrow);
    fc_memory_free(pass->rgb);
    fc_memory_free(pass->sums);
    fc_memory_free(pass->strip);
}

static int32_t divide_up(int32_t a, int32_t b)
{
    return a / b + (a % b != 0);
}

static fc_status pass_init(raster_pass *pass, fc_error *err)
{
    const size_t width = (size_t)pass->rows->size.width;
    pass->shrunk = (fc_size){ divide_up(pass->rows->size.width, pass->shrink),
                              divide_up(pass->rows->size.height, pass->shrink) };
    FC_TRY(fc_memory_new(width, 4, (void **)&pass->narrow, err));
    FC_TRY(fc_memory_new(width, 3, (void **)&pass->rgb, err));
    const size_t shrunk_width = (size_t)pass->shrunk.width;
    FC_TRY(fc_memory_new(shrunk_width, 3 * sizeof(uint32_t), (void **)&pass->sums, err));
    return fc_memory_new(shrunk_width, (size_t)3 * STRIP_LINES, (void **)&pass->strip, err);
}

static uint8_t *strip_line(const raster_pass *pass, int32_t line)
{
    return pass->strip + (size_t)line * (size_t)pass->shrunk.width * 3;
}

/* Stored row `y` as RGB. */
static fc_status read_rgb(raster_pass *pass, int32_t y, uint8_t *rgb, fc_error *err)
{
    fc_rows *rows = pass->rows;
    const void *pixels = NULL;
    FC_TRY(rows->read(rows, y, &pixels, err));
    pass->visible = pass->visible || rows->channels % 2 != 0 ||
                    !fc_row_is_clear(pixels, rows->bits, rows->channels, rows->size.width);
    if (rows->bits == 16) {
        fc_narrow_row(pixels, pass->narrow, rows->size.width * rows->channels);
        pixels = pass->narrow;
    }
    fc_flatten_row(pixels, rows->channels, pass->background, rgb, rows->size.width);
    return FC_OK;
}

static void add_row(raster_pass *pass)
{
    const int32_t shrink = pass->shrink;
    const int32_t width = pass->rows->size.width;
    const uint8_t *from = pass->rgb;
    for (int32_t x = 0; x < pass->shrunk.width; x++) {
        uint32_t *sum = pass->sums + 3 * x;
        const int32_t count = width - x * shrink < shrink ? width - x * shrink : shrink;
        for (int32_t i = 0; i < count; i++, from += 3) {
            sum[0] += from[0];
            sum[1] += from[1];
            sum[2] += from[2];
        }
    }
}

/* Sums of `lines` stored rows to their means, to the nearest. */
static void divide_sums(const raster_pass *pass, int32_t lines, uint8_t *rgb)
{
    const int32_t shrink = pass->shrink;
    for (int32_t x = 0; x < pass->shrunk.width; x++) {
        const int32_t left = pass->rows->size.width - x * shrink;
        const uint32_t area = (uint32_t)((left < shrink ? left : shrink) * lines);
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = (uint8_t)((pass->sums[3 * x + c] + area / 2) / area);
        }
    }
}

/* Shrunk row `y`. */
static fc_status read_shrunk(raster_pass *pass, int32_t y, uint8_t *rgb, fc_error *err)
{
    if (pass->shrink == 1) {
        return read_rgb(pass, y, rgb, err);
    }
    const int32_t first = y * pass->shrink;
    const int32_t left = pass->rows->size.height - first;
    const int32_t lines = left < pass->shrink ? left : pass->shrink;
    memset(pass->sums, 0, (size_t)pass->shrunk.width * 3 * sizeof(uint32_t));
    for (int32_t i = 0; i < lines; i++) {
        FC_TRY(read_rgb(pass, first + i, pass->rgb, err));
        add_row(pass);
    }
    divide_sums(pass, lines, rgb);
    return FC_OK;
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
    const int32_t width = pass->shrunk.width;
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
    const int32_t left = pass->shrunk.height - y;
    const int32_t lines = left < STRIP_LINES ? left : STRIP_LINES;
    const bool lies_right = !orientation.transpose && !orientation.flip_x;
    for (int32_t i = 0; i < lines; i++) {
        uint8_t *row = lies_right ? upright_row(upright, orientation, y + i) : strip_line(pass, i);
        FC_TRY(read_shrunk(pass, y + i, row, err));
        if (!lies_right && !orientation.transpose) {
            mirror_row(row, upright_row(upright, orientation, y + i), upright->size.width);
        }
    }
    if (orientation.transpose) {
        place_columns(pass, y, lines, orientation, upright);
    }
    return FC_OK;
}

fc_status fc_raster_fill(fc_rows *rows, int32_t shrink, fc_orientation orientation,
                         const uint8_t background[3], bool *invisible, fc_image **out,
                         fc_error *err)
{
    FC_ASSERT(rows != NULL);
    FC_ASSERT(rows->size.width > 0 && rows->size.height > 0);
    FC_ASSERT(rows->bits == 8 || rows->bits == 16);
    FC_ASSERT(shrink >= 1);
    FC_ASSERT(invisible != NULL);
    FC_ASSERT(out != NULL);

    __attribute__((cleanup(raster_pass_clear)))
    raster_pass pass = { .rows = rows, .shrink = shrink, .background = background };
    FC_TRY(pass_init(&pass, err));
    FC_AUTO(fc_image) upright = NULL;
    FC_TRY(fc_image_new(fc_orientation_turn_size(orientation, pass.shrunk), 3, &upright, err));
    for (int32_t y = 0; y < pass.shrunk.height; y += STRIP_LINES) {
        FC_TRY(place_strip(&pass, y, orientation, upright, err));
    }
    *invisible = !pass.visible;
    *out = FC_STEAL(upright);
    return FC_OK;
}
