/**
 * Geometry: sizes, points, boxes and the similarity transforms between photo and portrait.
 *
 * Coordinates are in px, x to the right, y down. Continuous: the pixel in column i covers
 * i..i+1 and has its centre at i + 0.5. Pure functions, any thread.
 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

typedef struct fc_size {
    int32_t width;
    int32_t height;
} fc_size;

typedef struct fc_point {
    double x;
    double y;
} fc_point;

static inline double fc_point_distance(fc_point a, fc_point b)
{
    return hypot(b.x - a.x, b.y - a.y);
}

/** Axis-aligned box; right and bottom edges are x + width and y + height. */
typedef struct fc_box {
    double x;
    double y;
    double width;
    double height;
} fc_box;

/**
 * Rotation, uniform scale and translation: (x, y) -> (a x - b y + tx, b x + a y + ty).
 * Scale is hypot(a, b), angle is atan2(b, a), clockwise as seen because y points down.
 */
typedef struct fc_similarity {
    double a;
    double b;
    double tx;
    double ty;
} fc_similarity;

#define FC_SIMILARITY_IDENTITY ((fc_similarity){ 1.0, 0.0, 0.0, 0.0 })

static inline fc_point fc_similarity_apply(fc_similarity map, fc_point point)
{
    return (fc_point){ map.a * point.x - map.b * point.y + map.tx,
                       map.b * point.x + map.a * point.y + map.ty };
}

/** `outer` after `inner`: apply(compose(outer, inner), p) = apply(outer, apply(inner, p)). */
static inline fc_similarity fc_similarity_compose(fc_similarity outer, fc_similarity inner)
{
    const fc_point moved = fc_similarity_apply(outer, (fc_point){ inner.tx, inner.ty });
    return (fc_similarity){ outer.a * inner.a - outer.b * inner.b,
                            outer.b * inner.a + outer.a * inner.b, moved.x, moved.y };
}

/** The map back. The scale of `map` must not be 0. */
fc_similarity fc_similarity_invert(fc_similarity map);

static inline double fc_similarity_scale(fc_similarity map)
{
    return hypot(map.a, map.b);
}

/**
 * The map that brings points nearest to others, by least squares of the distances (Umeyama 1991
 * in the plane, without mirroring).
 *
 * from, to   `count` points each, at least 2
 *
 * Where all points of `from` are one, the scale is 0 and every point goes to the centroid of `to`.
 */
fc_similarity fc_similarity_fit(const fc_point *from, const fc_point *to, int32_t count);

/** The mean of `count` points, at least 1. */
fc_point fc_points_centroid(const fc_point *points, int32_t count);

/** Smallest axis-aligned box around the image of `box`. */
fc_box fc_similarity_apply_box(fc_similarity map, fc_box box);

static inline fc_point fc_box_centre(fc_box box)
{
    return (fc_point){ box.x + box.width / 2, box.y + box.height / 2 };
}

/** Common part of two boxes; width and height 0 where they do not meet. */
fc_box fc_box_intersect(fc_box a, fc_box b);

/** Area of the common part by the area of the union, 0..1. */
double fc_box_iou(fc_box a, fc_box b);
