#include "models/landmark_box.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"
#include "models/face.h"

/*
 * In units of the points' root mean square distance from their mean: the side of dlib's box, and
 * how far its centre lies from that mean towards the forehead. Medians over 23 faces of 12 photos,
 * dlib 20.0.1, each face's box being the mean over 12 scales of the photo.
 */
#define BOX_SIDE 2.80
#define BOX_UP 0.111

/* Least overlap of the points' box with the detector's. */
#define FITTING_IOU 0.4

static double spread_about(fc_point centre, const fc_point *points)
{
    double square = 0;
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        const double dx = points[i].x - centre.x;
        const double dy = points[i].y - centre.y;
        square += dx * dx + dy * dy;
    }
    return sqrt(square / FC_LANDMARK_COUNT);
}

/* Unit vector towards the forehead, at a right angle to the eye line. */
static fc_point find_up(const fc_point *points)
{
    const fc_point left = fc_points_centroid(&points[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS);
    const fc_point right =
        fc_points_centroid(&points[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS);
    const double apart = fc_point_distance(left, right);
    if (!(apart > 0)) {
        return (fc_point){ 0, -1 };
    }
    return (fc_point){ (right.y - left.y) / apart, -(right.x - left.x) / apart };
}

fc_box fc_dlib_box_from_landmarks(const fc_point points[FC_LANDMARK_COUNT])
{
    FC_ASSERT(points != NULL);

    const fc_point mean = fc_points_centroid(points, FC_LANDMARK_COUNT);
    const double spread = spread_about(mean, points);
    const fc_point up = find_up(points);
    const double side = BOX_SIDE * spread;
    return (fc_box){ mean.x + BOX_UP * spread * up.x - side / 2,
                     mean.y + BOX_UP * spread * up.y - side / 2, side, side };
}

bool fc_landmarks_fit(const fc_point points[FC_LANDMARK_COUNT], fc_box dlib_box)
{
    return fc_box_iou(fc_dlib_box_from_landmarks(points), dlib_box) >= FITTING_IOU;
}
