#include "models/face_template.h"

#include <math.h>

#include "base/assert.h"
#include "models/face.h"

enum { LEFT_EYE, RIGHT_EYE, NOSE, LEFT_CORNER, RIGHT_CORNER, POINTS };

/* Published for pixels whose centre is a whole number; ours is half a px further. */
static const fc_point TEMPLATE[POINTS] = { { 194.15928, 243.48541 },
                                           { 318.82558, 243.56108 },
                                           { 256.17984, 329.32894 },
                                           { 198.72603, 373.32502 },
                                           { 314.41018, 373.25659 } };

/* Landmarks of the nose's tip, and of the corners of the mouth. */
enum { BRIDGE_END = 30, NOSTRILS = 32, MOUTH_LEFT = 48, MOUTH_RIGHT = 54 };

static void five_points(const fc_point *landmarks, fc_point out[POINTS])
{
    const fc_point tip[] = { landmarks[BRIDGE_END], landmarks[NOSTRILS], landmarks[NOSTRILS + 1],
                             landmarks[NOSTRILS + 2] };
    out[LEFT_EYE] = fc_points_centroid(&landmarks[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS);
    out[RIGHT_EYE] = fc_points_centroid(&landmarks[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS);
    out[NOSE] = fc_points_centroid(tip, 4);
    out[LEFT_CORNER] = landmarks[MOUTH_LEFT];
    out[RIGHT_CORNER] = landmarks[MOUTH_RIGHT];
}

bool fc_face_template_place(const fc_point landmarks[FC_LANDMARK_COUNT], fc_similarity *out)
{
    FC_ASSERT(landmarks != NULL);
    FC_ASSERT(out != NULL);

    fc_point points[POINTS];
    five_points(landmarks, points);
    const fc_similarity map = fc_similarity_fit(points, TEMPLATE, POINTS);
    const double scale = fc_similarity_scale(map);
    if (!(scale > 1e-3 && scale < 1e3) || !isfinite(map.tx + map.ty)) {
        return false;
    }
    *out = map;
    return true;
}

double fc_face_template_eyes_px(const fc_point landmarks[FC_LANDMARK_COUNT])
{
    FC_ASSERT(landmarks != NULL);
    fc_point points[POINTS];
    five_points(landmarks, points);
    return fc_point_distance(points[LEFT_EYE], points[RIGHT_EYE]);
}
