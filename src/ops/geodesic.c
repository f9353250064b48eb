#include "ops/geodesic.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/attributes.h"
#include "base/memory.h"

#define DIAGONAL 1.41421356F

/* The steps from a pixel; those back cost the same. */
enum { TO_RIGHT, DOWN, DOWN_RIGHT, DOWN_LEFT, STEPS };

static const struct {
    int32_t x;
    int32_t y;
    float length;
} WAYS[STEPS] = { { 1, 0, 1 }, { 0, 1, 1 }, { 1, 1, DIAGONAL }, { -1, 1, DIAGONAL } };

/* What each step costs, for each pixel that it begins at. */
typedef struct graph {
    float *costs; /* STEPS planes */
    fc_size size;
} graph;

static float *row_of(const graph *the, int step, int32_t y)
{
    const size_t width = (size_t)the->size.width;
    const size_t plane = width * (size_t)the->size.height;
    return the->costs + (size_t)step * plane + (size_t)y * width;
}

static float change(const uint8_t *a, const uint8_t *b)
{
    return (float)(abs(a[0] - b[0]) + abs(a[1] - b[1]) + abs(a[2] - b[2]));
}

/* Steps that leave the picture have no cost and are never made. */
static void weigh_row(const fc_image *picture, const fc_plane *toll, float colour, int step,
                      int32_t y, float *costs)
{
    const int32_t width = picture->size.width;
    const int32_t begin = WAYS[step].x < 0 ? 1 : 0;
    const int32_t end = WAYS[step].x > 0 ? width - 1 : width;
    const uint8_t *from = fc_image_row(picture, y);
    const uint8_t *to = fc_image_row(picture, y + WAYS[step].y) + 3 * WAYS[step].x;
    const float *toll_from = fc_plane_row(toll, y);
    const float *toll_to = fc_plane_row(toll, y + WAYS[step].y) + WAYS[step].x;
    const float half = WAYS[step].length / 2;
    for (int32_t x = begin; x < end; x++) {
        const ptrdiff_t at = (ptrdiff_t)3 * x;
        costs[x] = half * (toll_from[x] + toll_to[x]) + colour * change(from + at, to + at);
    }
}

static void weigh(const fc_image *picture, const fc_plane *toll, float colour, const graph *the)
{
    for (int step = 0; step < STEPS; step++) {
        for (int32_t y = 0; y + WAYS[step].y < the->size.height; y++) {
            weigh_row(picture, toll, colour, step, y, row_of(the, step, y));
        }
    }
}

static inline float lesser(float a, float b)
{
    return a < b ? a : b;
}

/* From a row that is done to the next one: straight, and from its neighbours on the left and on the
 * right. */
FC_WIDE static void come_over(const float *restrict done, const float *restrict straight,
                              const float *restrict from_left, const float *restrict from_right,
                              int32_t width, float *restrict distance)
{
    for (int32_t x = 0; x < width; x++) {
        distance[x] = lesser(distance[x], done[x] + straight[x]);
    }
    for (int32_t x = 1; x < width; x++) {
        distance[x] = lesser(distance[x], done[x - 1] + from_left[x]);
    }
    for (int32_t x = 0; x + 1 < width; x++) {
        distance[x] = lesser(distance[x], done[x + 1] + from_right[x]);
    }
}

static void go_right(const float *costs, int32_t width, float *distance)
{
    for (int32_t x = 1; x < width; x++) {
        distance[x] = lesser(distance[x], distance[x - 1] + costs[x - 1]);
    }
}

static void go_left(const float *costs, int32_t width, float *distance)
{
    for (int32_t x = width - 2; x >= 0; x--) {
        distance[x] = lesser(distance[x], distance[x + 1] + costs[x]);
    }
}

static void scan_down(const graph *the, fc_plane *distance)
{
    const int32_t width = the->size.width;
    for (int32_t y = 0; y < the->size.height; y++) {
        float *row = fc_plane_row(distance, y);
        if (y > 0) {
            come_over(fc_plane_row(distance, y - 1), row_of(the, DOWN, y - 1),
                      row_of(the, DOWN_RIGHT, y - 1) - 1, row_of(the, DOWN_LEFT, y - 1) + 1, width,
                      row);
        }
        go_right(row_of(the, TO_RIGHT, y), width, row);
        go_left(row_of(the, TO_RIGHT, y), width, row);
    }
}

static void scan_up(const graph *the, fc_plane *distance)
{
    const int32_t width = the->size.width;
    for (int32_t y = the->size.height - 1; y >= 0; y--) {
        float *row = fc_plane_row(distance, y);
        if (y + 1 < the->size.height) {
            come_over(fc_plane_row(distance, y + 1), row_of(the, DOWN, y),
                      row_of(the, DOWN_LEFT, y), row_of(the, DOWN_RIGHT, y), width, row);
        }
        go_right(row_of(the, TO_RIGHT, y), width, row);
        go_left(row_of(the, TO_RIGHT, y), width, row);
    }
}

fc_status fc_geodesic_distance_in_place(const fc_image *picture, const fc_plane *toll,
                                        double colour, fc_plane *distance, fc_error *err)
{
    FC_ASSERT(picture != NULL && picture->channels == 3);
    FC_ASSERT(toll != NULL && distance != NULL);
    FC_ASSERT(colour >= 0);

    const size_t count = (size_t)picture->size.width * (size_t)picture->size.height;
    FC_AUTO(fc_floats) costs = NULL;
    FC_AUTO(fc_floats) before = NULL;
    FC_TRY(fc_memory_new(STEPS * count, sizeof *costs, (void **)&costs, err));
    FC_TRY(fc_memory_new(count, sizeof *before, (void **)&before, err));
    const graph the = { costs, picture->size };
    weigh(picture, toll, (float)colour, &the);
    bool changed = true;
    for (int i = 0; changed && i < FC_GEODESIC_SCANS; i++) {
        memcpy(before, distance->data, count * sizeof *before);
        scan_down(&the, distance);
        scan_up(&the, distance);
        changed = memcmp(before, distance->data, count * sizeof *before) != 0;
    }
    return FC_OK;
}
