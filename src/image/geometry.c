#include "image/geometry.h"

#include <math.h>

#include "base/assert.h"

fc_similarity fc_similarity_invert(fc_similarity map)
{
    const double square = map.a * map.a + map.b * map.b;
    FC_ASSERT(square > 0);
    fc_similarity inverse = { map.a / square, -map.b / square, 0, 0 };
    const fc_point origin = fc_similarity_apply(inverse, (fc_point){ map.tx, map.ty });
    inverse.tx = -origin.x;
    inverse.ty = -origin.y;
    return inverse;
}

fc_point fc_points_centroid(const fc_point *points, int32_t count)
{
    FC_ASSERT(points != NULL && count > 0);
    fc_point sum = { 0, 0 };
    for (int32_t i = 0; i < count; i++) {
        sum.x += points[i].x;
        sum.y += points[i].y;
    }
    return (fc_point){ sum.x / count, sum.y / count };
}

fc_similarity fc_similarity_fit(const fc_point *from, const fc_point *to, int32_t count)
{
    FC_ASSERT(from != NULL);
    FC_ASSERT(to != NULL);
    FC_ASSERT(count >= 2);

    const fc_point start = fc_points_centroid(from, count);
    const fc_point end = fc_points_centroid(to, count);
    double along = 0;
    double across = 0;
    double square = 0;
    for (int32_t i = 0; i < count; i++) {
        const fc_point a = { from[i].x - start.x, from[i].y - start.y };
        const fc_point b = { to[i].x - end.x, to[i].y - end.y };
        along += a.x * b.x + a.y * b.y;
        across += a.x * b.y - a.y * b.x;
        square += a.x * a.x + a.y * a.y;
    }
    fc_similarity map = { 0, 0, 0, 0 };
    if (square > 0) {
        map.a = along / square;
        map.b = across / square;
    }
    const fc_point moved = fc_similarity_apply(map, start);
    map.tx = end.x - moved.x;
    map.ty = end.y - moved.y;
    return map;
}

fc_box fc_similarity_apply_box(fc_similarity map, fc_box box)
{
    double left = INFINITY;
    double top = INFINITY;
    double right = -INFINITY;
    double bottom = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        const fc_point moved =
            fc_similarity_apply(map, (fc_point){ box.x + (corner & 1 ? box.width : 0),
                                                 box.y + (corner & 2 ? box.height : 0) });
        left = fmin(left, moved.x);
        top = fmin(top, moved.y);
        right = fmax(right, moved.x);
        bottom = fmax(bottom, moved.y);
    }
    return (fc_box){ left, top, right - left, bottom - top };
}

fc_box fc_box_intersect(fc_box a, fc_box b)
{
    const double left = fmax(a.x, b.x);
    const double top = fmax(a.y, b.y);
    const double right = fmin(a.x + a.width, b.x + b.width);
    const double bottom = fmin(a.y + a.height, b.y + b.height);
    return (fc_box){ left, top, fmax(right - left, 0), fmax(bottom - top, 0) };
}

double fc_box_iou(fc_box a, fc_box b)
{
    const fc_box common = fc_box_intersect(a, b);
    const double shared = common.width * common.height;
    const double all = a.width * a.height + b.width * b.height - shared;
    return all > 0 ? shared / all : 0;
}
