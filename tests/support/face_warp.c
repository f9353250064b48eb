#include "support/face_warp.h"

#include <string.h>

#include "support/fc_test.h"

/* Moves are blended on a grid of so many px, and between its points bilinearly. */
#define GRID 4

/* Weight of staying where it is: moves end where theirs are smaller. */
#define STAY 0.05

static fc_point move_at(const fc_face_move *moves, int32_t count, double reach_px, fc_point at)
{
    fc_point sum = { 0, 0 };
    double weights = STAY;
    for (int32_t i = 0; i < count; i++) {
        const double away = hypot(at.x - moves[i].to.x, at.y - moves[i].to.y) / reach_px;
        const double weight = away < 4 ? exp(-away * away / 2) : 0;
        sum.x += weight * (moves[i].from.x - moves[i].to.x);
        sum.y += weight * (moves[i].from.y - moves[i].to.y);
        weights += weight;
    }
    return (fc_point){ sum.x / weights, sum.y / weights };
}

static double clamp_to(double value, double high)
{
    return fmin(fmax(value, 0), high);
}

static void sample(const fc_image *source, fc_point at, uint8_t *out)
{
    const double x = clamp_to(at.x - 0.5, source->size.width - 1.001);
    const double y = clamp_to(at.y - 0.5, source->size.height - 1.001);
    const uint8_t *above = fc_image_row(source, (int32_t)y) + 3 * (size_t)x;
    const uint8_t *below = above + source->stride;
    const double right = x - floor(x);
    const double down = y - floor(y);
    for (int c = 0; c < 3; c++) {
        const double upper = above[c] + right * (above[c + 3] - above[c]);
        const double lower = below[c] + right * (below[c + 3] - below[c]);
        out[c] = (uint8_t)lround(upper + down * (lower - upper));
    }
}

static double between(const float *grid, int32_t row, fc_point at)
{
    const int32_t x = (int32_t)at.x;
    const int32_t y = (int32_t)at.y;
    const float *above = grid + 2 * ((ptrdiff_t)y * row + x);
    const float *below = above + 2 * row;
    const double right = at.x - x;
    const double upper = (double)above[0] + right * (double)(above[2] - above[0]);
    const double lower = (double)below[0] + right * (double)(below[2] - below[0]);
    return upper + (at.y - y) * (lower - upper);
}

void fc_face_warp(fc_image *image, const fc_face_move *moves, int32_t count, double reach_px)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = NULL;
    FC_AUTO(fc_plane) grid = NULL;
    const fc_size cells = { image->size.width / GRID + 2, image->size.height / GRID + 2 };
    ASSERT_OK(fc_image_copy(image, &source, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ 2 * cells.width, cells.height }, &grid, &err), err);
    for (int32_t y = 0; y < cells.height; y++) {
        for (int32_t x = 0; x < cells.width; x++) {
            const fc_point by = move_at(moves, count, reach_px, (fc_point){ x * GRID, y * GRID });
            fc_plane_row(grid, y)[2 * x] = (float)by.x;
            fc_plane_row(grid, y)[2 * x + 1] = (float)by.y;
        }
    }
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            const fc_point at = { (x + 0.5) / GRID, (y + 0.5) / GRID };
            const fc_point from = { x + 0.5 + between(grid->data, cells.width, at),
                                    y + 0.5 + between(grid->data + 1, cells.width, at) };
            if (fabs(from.x - x - 0.5) > 0.01 || fabs(from.y - y - 0.5) > 0.01) {
                sample(source, from, fc_image_row(image, y) + 3 * (ptrdiff_t)x);
            }
        }
    }
}

/* One line of px that is read from while it is written. */
enum { LINE_MAX = 4096 };

static void between_px(uint8_t line[][3], int32_t count, double at, uint8_t *out)
{
    const double place = clamp_to(at - 0.5, count - 1.001);
    const int32_t first = (int32_t)place;
    for (int c = 0; c < 3; c++) {
        const double step = line[first + 1][c] - line[first][c];
        out[c] = (uint8_t)lround(line[first][c] + (place - first) * step);
    }
}

void fc_face_squeeze(fc_image *image, int32_t x, double top, double from, double to, double bottom)
{
    uint8_t line[LINE_MAX][3];
    assert_true(image->size.height <= LINE_MAX);
    for (int32_t y = 0; y < image->size.height; y++) {
        memcpy(line[y], fc_image_row(image, y) + 3 * (ptrdiff_t)x, 3);
    }
    for (int32_t y = (int32_t)top; y < (int32_t)bottom; y++) {
        const double at = y + 0.5;
        const double source = at < to ? top + (at - top) * (from - top) / (to - top)
                                      : bottom - (bottom - at) * (bottom - from) / (bottom - to);
        between_px(line, image->size.height, source, fc_image_row(image, y) + 3 * (ptrdiff_t)x);
    }
}

void fc_face_slide(fc_image *image, int32_t y, double left, double right, double by)
{
    uint8_t line[LINE_MAX][3];
    assert_true(image->size.width <= LINE_MAX);
    memcpy(line, fc_image_row(image, y), (size_t)image->size.width * 3);
    for (int32_t x = (int32_t)ceil(left); x < (int32_t)right; x++) {
        const double share = (x + 0.5 - left) / (right - left);
        between_px(line, image->size.width, x + 0.5 - 4 * share * (1 - share) * by,
                   fc_image_row(image, y) + 3 * (ptrdiff_t)x);
    }
}
