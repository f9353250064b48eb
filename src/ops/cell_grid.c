#include "ops/cell_grid.h"

#include <math.h>

#include "base/assert.h"
#include "base/memory.h"
#include "ops/work_size.h"

/* Px that are looked at along a side of a cell. */
#define CELL_SAMPLES 4

/* Planes that are measured. */
enum { MEASURED = 8 };

static int32_t cell_begin(int32_t cell, int32_t cells_count, int32_t px)
{
    return (int32_t)((int64_t)cell * px / cells_count);
}

/* The px of a cell. */
typedef struct cell_px {
    int32_t left;
    int32_t top;
    fc_size size;
} cell_px;

/* What is seen of one channel of a cell: sums of the values, of their squares, and of the values
 * times the distances from the middle. */
typedef struct cell_sums {
    float all;
    float squares;
    float across;
    float down;
} cell_sums;

/* Mean colour of a cell, and how much its px differ from an even slope: a shadow's edge is one. */
static void look_at_cell(const fc_image *picture, cell_px part, size_t at, const fc_cell_grid *to)
{
    const int32_t wide = part.size.width < CELL_SAMPLES ? part.size.width : CELL_SAMPLES;
    const int32_t high = part.size.height < CELL_SAMPLES ? part.size.height : CELL_SAMPLES;
    cell_sums sums[3] = { 0 };
    for (int32_t i = 0; i < high; i++) {
        const uint8_t *row =
            fc_image_row(picture, part.top + cell_begin(2 * i + 1, 2 * high, part.size.height));
        const float y = (float)(2 * i + 1 - high) / 2;
        for (int32_t j = 0; j < wide; j++) {
            const uint8_t *px =
                row + (ptrdiff_t)3 * (part.left + cell_begin(2 * j + 1, 2 * wide, part.size.width));
            const float x = (float)(2 * j + 1 - wide) / 2;
            for (int c = 0; c < 3; c++) {
                const float value = px[c];
                sums[c].all += value;
                sums[c].squares += value * value;
                sums[c].across += x * value;
                sums[c].down += y * value;
            }
        }
    }
    const float count = (float)(wide * high);
    const float across = fmaxf(count * (float)(wide * wide - 1) / 12, 1);
    const float down = fmaxf(count * (float)(high * high - 1) / 12, 1);
    float variance = 0;
    for (int c = 0; c < 3; c++) {
        const cell_sums s = sums[c];
        to->colour[c][at] = s.all / count;
        variance += s.squares - s.all * s.all / count - s.across * s.across / across -
                    s.down * s.down / down;
    }
    const float free = count - 3 > 1 ? count - 3 : 1;
    to->rough[at] = sqrtf(fmaxf(variance, 0.0F) / free);
}

/* The mask in a cell: at four places, because it is smooth. */
static void look_at_mask(const fc_plane *mask, int32_t x, int32_t y, size_t at,
                         const fc_cell_grid *to)
{
    float sum = 0;
    float least = 1;
    float most = 0;
    for (int i = 0; i < 4; i++) {
        const int32_t column =
            cell_begin(4 * x + 1 + 2 * (i % 2), 4 * to->size.width, mask->size.width);
        const int32_t row =
            cell_begin(4 * y + 1 + 2 * (i / 2), 4 * to->size.height, mask->size.height);
        const float value = fminf(fmaxf(fc_plane_row(mask, row)[column], 0.0F), 1.0F);
        sum += value;
        least = fminf(least, value);
        most = fmaxf(most, value);
    }
    to->mask[at] = sum / 4;
    to->least[at] = least;
    to->most[at] = most;
}

/* Whether the photo covers the middle of a cell; what lies beyond is nobody and no wall. */
static bool is_covered(const fc_plane *coverage, int32_t x, int32_t y, fc_size grid)
{
    return coverage == NULL ||
           fc_plane_row(coverage,
                        cell_begin(2 * y + 1, 2 * grid.height, coverage->size.height))[cell_begin(
               2 * x + 1, 2 * grid.width, coverage->size.width)] > 0.5F;
}

static void look(const fc_image *picture, const fc_plane *mask, const fc_plane *coverage,
                 const fc_cell_grid *to)
{
    size_t at = 0;
    for (int32_t y = 0; y < to->size.height; y++) {
        const int32_t top = cell_begin(y, to->size.height, picture->size.height);
        const int32_t bottom = cell_begin(y + 1, to->size.height, picture->size.height);
        for (int32_t x = 0; x < to->size.width; x++, at++) {
            const int32_t left = cell_begin(x, to->size.width, picture->size.width);
            const int32_t right = cell_begin(x + 1, to->size.width, picture->size.width);
            look_at_cell(picture, (cell_px){ left, top, { right - left, bottom - top } }, at, to);
            look_at_mask(mask, x, y, at, to);
            to->covered[at] = is_covered(coverage, x, y, to->size) ? 1.0F : 0.0F;
        }
    }
}

fc_status fc_cell_grid_look(const fc_image *picture, const fc_plane *mask, const fc_plane *coverage,
                            int32_t side_max, size_t spare, fc_cell_grid *out, fc_error *err)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(mask != NULL);
    FC_ASSERT(side_max > 0 && out != NULL);

    fc_cell_grid to = { .scale = fc_work_scale(picture->size, side_max) };
    to.size = fc_work_size(picture->size, to.scale);
    to.count = (size_t)to.size.width * (size_t)to.size.height;
    FC_TRY(fc_memory_new_zeroed((MEASURED + spare) * to.count, sizeof(float), (void **)&to.memory,
                                err));
    float **const planes[] = { &to.colour[0], &to.colour[1], &to.colour[2], &to.rough, &to.mask,
                               &to.least,     &to.most,      &to.covered,   &to.spare };
    for (size_t i = 0; i < sizeof planes / sizeof planes[0]; i++) {
        *planes[i] = to.memory + i * to.count;
    }
    look(picture, mask, coverage, &to);
    *out = to;
    return FC_OK;
}

void fc_cell_grid_clear(fc_cell_grid *grid)
{
    if (grid != NULL) {
        fc_memory_free(grid->memory);
        *grid = (fc_cell_grid){ 0 };
    }
}
