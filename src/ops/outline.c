#include "ops/outline.h"

#include <math.h>

#include "base/assert.h"

#define ELLIPSE_POINTS 32

/* px of one row that lie inside, from pair to pair. */
typedef struct crossings {
    double at[FC_OUTLINE_POINTS_MAX];
    int32_t count;
} crossings;

fc_outline fc_outline_ellipse(fc_point centre, double half_width, double half_height,
                              double roll_rad)
{
    const fc_similarity turn = { cos(roll_rad), sin(roll_rad), centre.x, centre.y };
    fc_outline outline = { .count = ELLIPSE_POINTS };
    for (int32_t i = 0; i < ELLIPSE_POINTS; i++) {
        const double angle = 2 * M_PI * i / ELLIPSE_POINTS;
        const fc_point at = { half_width * cos(angle), half_height * sin(angle) };
        outline.points[i] = fc_similarity_apply(turn, at);
    }
    return outline;
}

fc_outline fc_outline_apply(fc_similarity map, const fc_outline *outline)
{
    FC_ASSERT(outline != NULL);
    fc_outline mapped = { .count = outline->count };
    for (int32_t i = 0; i < outline->count; i++) {
        mapped.points[i] = fc_similarity_apply(map, outline->points[i]);
    }
    return mapped;
}

static void add_sorted(crossings *found, double x)
{
    int32_t at = found->count++;
    for (; at > 0 && found->at[at - 1] > x; at--) {
        found->at[at] = found->at[at - 1];
    }
    found->at[at] = x;
}

static crossings cross(const fc_outline *outline, double y)
{
    crossings found = { .count = 0 };
    for (int32_t i = 0; i < outline->count; i++) {
        const fc_point a = outline->points[i];
        const fc_point b = outline->points[(i + 1) % outline->count];
        if ((a.y <= y) != (b.y <= y)) {
            add_sorted(&found, a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
        }
    }
    return found;
}

/* First column whose centre is not left of x, within the mask. */
static int32_t column_at(double x, int32_t width)
{
    return (int32_t)fmin(fmax(ceil(x - 0.5), 0), width);
}

/* Calls `visit` with each run of pixels inside. */
static void walk(const fc_plane *mask, const fc_outline *outline,
                 void (*visit)(float *values, int32_t count, void *context), void *context)
{
    FC_ASSERT(mask != NULL && outline != NULL);
    FC_ASSERT(outline->count >= 3 && outline->count <= FC_OUTLINE_POINTS_MAX);
    for (int32_t y = 0; y < mask->size.height; y++) {
        const crossings found = cross(outline, y + 0.5);
        for (int32_t i = 0; i + 1 < found.count; i += 2) {
            const int32_t from = column_at(found.at[i], mask->size.width);
            const int32_t to = column_at(found.at[i + 1], mask->size.width);
            visit(fc_plane_row(mask, y) + from, to - from, context);
        }
    }
}

typedef struct tally {
    double sum;
    int64_t count;
} tally;

static void add_run(float *values, int32_t count, void *context)
{
    tally *sums = context;
    for (int32_t i = 0; i < count; i++) {
        sums->sum += (double)values[i];
    }
    sums->count += count;
}

double fc_outline_mean(const fc_plane *mask, const fc_outline *outline, double otherwise)
{
    tally sums = { 0 };
    walk(mask, outline, add_run, &sums);
    return sums.count > 0 ? sums.sum / (double)sums.count : otherwise;
}

static void raise_run(float *values, int32_t count, void *context)
{
    const float least = *(const float *)context;
    for (int32_t i = 0; i < count; i++) {
        values[i] = values[i] < least ? 1.0F : values[i];
    }
}

void fc_outline_raise(fc_plane *mask, const fc_outline *outline, double least)
{
    float below = (float)least;
    walk(mask, outline, raise_run, &below);
}
