#include "image/shrunk.h"

#include <stddef.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

struct fc_shrunk_rows {
    fc_rgb_rows rgb_rows;
    fc_rows *stored;
    int32_t shrink;
    const uint8_t *background;
    uint8_t *narrow; /* one stored row of 8 bits, where the rows have 16 */
    uint8_t *rgb;    /* one stored row */
    uint32_t *sums;  /* one shrunk row */
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

static void add_row(fc_shrunk_rows *self)
{
    const int32_t shrink = self->shrink;
    const int32_t width = self->stored->size.width;
    const uint8_t *from = self->rgb;
    for (int32_t x = 0; x < self->rgb_rows.size.width; x++) {
        uint32_t *sum = self->sums + 3 * x;
        const int32_t count = width - x * shrink < shrink ? width - x * shrink : shrink;
        for (int32_t i = 0; i < count; i++, from += 3) {
            sum[0] += from[0];
            sum[1] += from[1];
            sum[2] += from[2];
        }
    }
}

/* Sums of `lines` stored rows to their means, to the nearest. */
static void divide_sums(const fc_shrunk_rows *self, int32_t lines, uint8_t *rgb)
{
    const int32_t shrink = self->shrink;
    for (int32_t x = 0; x < self->rgb_rows.size.width; x++) {
        const int32_t left = self->stored->size.width - x * shrink;
        const uint32_t area = (uint32_t)((left < shrink ? left : shrink) * lines);
        for (int32_t c = 0; c < 3; c++) {
            rgb[3 * x + c] = (uint8_t)((self->sums[3 * x + c] + area / 2) / area);
        }
    }
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
    memset(self->sums, 0, (size_t)self->rgb_rows.size.width * 3 * sizeof(uint32_t));
    for (int32_t i = 0; i < lines; i++) {
        FC_TRY(read_rgb(self, first + i, self->rgb, err));
        add_row(self);
    }
    divide_sums(self, lines, rgb);
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
    FC_ASSERT(shrink >= 1);
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
    const size_t shrunk_width = (size_t)self->rgb_rows.size.width;
    FC_TRY(fc_memory_new(shrunk_width, 3 * sizeof(uint32_t), (void **)&self->sums, err));
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
