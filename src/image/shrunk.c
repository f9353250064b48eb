#include "image/shrunk.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/memory.h"

/* So many rows of 255 fit into the sums. */
#define SHRINK_MAX 256

struct fc_shrunk_rows {
    fc_rgb_rows rgb_rows;
    fc_rows *stored;
    int32_t shrink;
    const uint8_t *background;
    uint8_t *narrow; /* one stored row of 8 bits, where the rows have 16 */
    uint8_t *rgb;    /* one stored row */
    uint16_t *sums;  /* of each stored column, for one shrunk row */
    bool visible;    /* a pixel was not wholly transparent */
};

/* ---- one row: grey or RGB, with or without alpha, to RGB ------------------------------------- */

/* 16 bits to 8: 0 stays 0, 65535 becomes 255, to the nearest. */
static void narrow_row(const uint16_t *from, uint8_t *to, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        to[i] = (uint8_t)((from[i] * UINT32_C(255) + 32767) / 65535);
    }
}

/* The value between background (alpha 0) and colour (alpha 255), to the nearest. */
static uint8_t blend(uint8_t colour, uint8_t background, uint8_t alpha)
{
    return (uint8_t)((colour * alpha + background * (255 - alpha) + 127) / 255);
}

static void flatten_grey(const uint8_t *from, uint8_t *rgb, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        rgb[3 * x] = from[x];
        rgb[3 * x + 1] = from[x];
        rgb[3 * x + 2] = from[x];
    }
}

static void flatten_grey_alpha(const uint8_t *from, const uint8_t background[3], uint8_t *rgb,
                               int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = background == NULL
                                 ? from[2 * x]
                                 : blend(from[2 * x], background[c], from[2 * x + 1]);
        }
    }
}

static void flatten_rgb_alpha(const uint8_t *from, const uint8_t background[3], uint8_t *rgb,
                              int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = background == NULL
                                 ? from[4 * x + c]
                                 : blend(from[4 * x + c], background[c], from[4 * x + 3]);
        }
    }
}

/* One row of 8 bits to RGB; `background` NULL: alpha is ignored. */
static void flatten_row(const uint8_t *from, int32_t channels, const uint8_t background[3],
                        uint8_t *rgb, int32_t width)
{
    switch (channels) {
    case 1:
        flatten_grey(from, rgb, width);
        break;
    case 2:
        flatten_grey_alpha(from, background, rgb, width);
        break;
    case 3:
        memcpy(rgb, from, (size_t)width * 3);
        break;
    default:
        flatten_rgb_alpha(from, background, rgb, width);
        break;
    }
}

/* Whether nothing of a row would be seen: alpha, the last channel, is 0 throughout. A picture whose
 * every row is so holds no transparency, but alpha that was never filled in: its colours count. */
static bool is_clear(const void *row, int32_t bits, int32_t channels, int32_t width)
{
    const size_t step = (size_t)channels;
    const size_t end = step * (size_t)width;
    for (size_t i = step - 1; i < end; i += step) {
        if (bits == 8 ? ((const uint8_t *)row)[i] != 0 : ((const uint16_t *)row)[i] != 0) {
            return false;
        }
    }
    return true;
}

/* ---- boxes of pixels ------------------------------------------------------------------------- */

/* Stored row `y` as RGB. */
static fc_status read_rgb(fc_shrunk_rows *self, int32_t y, uint8_t *rgb, fc_error *err)
{
    fc_rows *rows = self->stored;
    const void *pixels = NULL;
    FC_TRY(rows->read(rows, y, &pixels, err));
    self->visible = self->visible || rows->channels % 2 != 0 ||
                    !is_clear(pixels, rows->bits, rows->channels, rows->size.width);
    if (rows->bits == 16) {
        narrow_row(pixels, self->narrow, rows->size.width * rows->channels);
        pixels = self->narrow;
    }
    flatten_row(pixels, rows->channels, self->background, rgb, rows->size.width);
    return FC_OK;
}

/* Adds a stored row to those of its boxes, column by column. */
FC_WIDE static void add_row(const uint8_t *restrict rgb, size_t count, uint16_t *restrict sums)
{
    for (size_t i = 0; i < count; i++) {
        sums[i] = (uint16_t)(sums[i] + rgb[i]);
    }
}

/* Means of whole boxes, whose pixels are a power of two: the same as by division, and a tenth of
 * the time. */
static inline void average_boxes(const uint16_t *sums, int32_t boxes, int32_t shrink,
                                 uint32_t shift, uint8_t *rgb)
{
    for (int32_t x = 0; x < boxes; x++, sums += 3 * shrink) {
        for (int32_t c = 0; c < 3; c++) {
            uint32_t sum = UINT32_C(1) << shift >> 1;
            for (int32_t i = 0; i < shrink; i++) {
                sum += sums[3 * i + c];
            }
            rgb[3 * x + c] = (uint8_t)(sum >> shift);
        }
    }
}

/* Means of the boxes from x on, to the nearest; those at the borders may be smaller. */
static void average_any_boxes(const fc_shrunk_rows *self, int32_t x, int32_t lines, uint8_t *rgb)
{
    const int32_t shrink = self->shrink;
    for (; x < self->rgb_rows.size.width; x++) {
        const uint16_t *sums = self->sums + (size_t)3 * (size_t)x * (size_t)shrink;
        const int32_t left = self->stored->size.width - x * shrink;
        const int32_t count = left < shrink ? left : shrink;
        const uint32_t area = (uint32_t)(count * lines);
        for (int32_t c = 0; c < 3; c++) {
            uint32_t sum = area / 2;
            for (int32_t i = 0; i < count; i++) {
                sum += sums[3 * i + c];
            }
            rgb[3 * x + c] = (uint8_t)(sum / area);
        }
    }
}

static void average_row(const fc_shrunk_rows *self, int32_t lines, uint8_t *rgb)
{
    int32_t whole = self->stored->size.width / self->shrink;
    switch (lines == self->shrink ? lines : 0) {
    case 2:
        average_boxes(self->sums, whole, 2, 2, rgb);
        break;
    case 4:
        average_boxes(self->sums, whole, 4, 4, rgb);
        break;
    case 8:
        average_boxes(self->sums, whole, 8, 6, rgb);
        break;
    default:
        whole = 0;
        break;
    }
    average_any_boxes(self, whole, lines, rgb);
}

/* Shrunk row `y`. */
static fc_status read_shrunk(fc_rgb_rows *rows, int32_t y, uint8_t *rgb, fc_error *err)
{
    fc_shrunk_rows *self = (fc_shrunk_rows *)rows;
    if (self->shrink == 1) {
        return read_rgb(self, y, rgb, err);
    }
    const int32_t first = y * self->shrink;
    const int32_t left = self->stored->size.height - first;
    const int32_t lines = left < self->shrink ? left : self->shrink;
    const size_t count = (size_t)self->stored->size.width * 3;
    memset(self->sums, 0, count * sizeof self->sums[0]);
    for (int32_t i = 0; i < lines; i++) {
        FC_TRY(read_rgb(self, first + i, self->rgb, err));
        add_row(self->rgb, count, self->sums);
    }
    average_row(self, lines, rgb);
    return FC_OK;
}

static int32_t divide_up(int32_t a, int32_t b)
{
    return a / b + (a % b != 0);
}

fc_status fc_shrunk_rows_new(fc_rows *rows, int32_t shrink, const uint8_t *background,
                             fc_shrunk_rows **out, fc_error *err)
{
    FC_ASSERT(rows != NULL);
    FC_ASSERT(rows->size.width > 0 && rows->size.height > 0);
    FC_ASSERT(rows->bits == 8 || rows->bits == 16);
    FC_ASSERT(rows->channels >= 1 && rows->channels <= 4);
    FC_ASSERT(shrink >= 1 && shrink <= SHRINK_MAX);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_shrunk_rows) self = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *self, (void **)&self, err));
    self->rgb_rows = (fc_rgb_rows){ .size = { divide_up(rows->size.width, shrink),
                                              divide_up(rows->size.height, shrink) },
                                    .read = read_shrunk };
    self->stored = rows;
    self->shrink = shrink;
    self->background = background;
    const size_t width = (size_t)rows->size.width;
    FC_TRY(fc_memory_new(width, 4, (void **)&self->narrow, err));
    FC_TRY(fc_memory_new(width, 3, (void **)&self->rgb, err));
    FC_TRY(fc_memory_new(width, 3 * sizeof self->sums[0], (void **)&self->sums, err));
    *out = FC_STEAL(self);
    return FC_OK;
}

void fc_shrunk_rows_free(fc_shrunk_rows *shrunk)
{
    if (shrunk != NULL) {
        fc_memory_free(shrunk->narrow);
        fc_memory_free(shrunk->rgb);
        fc_memory_free(shrunk->sums);
        fc_memory_free(shrunk);
    }
}

fc_rgb_rows *fc_shrunk_rows_read(fc_shrunk_rows *shrunk)
{
    FC_ASSERT(shrunk != NULL);
    return &shrunk->rgb_rows;
}

bool fc_shrunk_rows_invisible(const fc_shrunk_rows *shrunk)
{
    FC_ASSERT(shrunk != NULL);
    return !shrunk->visible;
}
