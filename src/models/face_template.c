#include "models/face_template.h"

#include <math.h>

#include "base/assert.h"

enum { LEFT_EYE, RIGHT_EYE, NOSE, LEFT_CORNER, RIGHT_CORNER, POINTS };

/* Published for pixels whose centre is a whole number; ours is half a px further. */
static const fc_point TEMPLATE[POINTS] = { { 194.15928, 243.48541 },
                                           { 318.82558, 243.56108 },
                                           { 256.17984, 329.32894 },
                                           { 198.72603, 373.32502 },
                                           { 314.41018, 373.25659 } };

/* Landmarks that make one point; the mean of `count` of them. */
static fc_point mean_of(const fc_point *landmarks, const int *indices, int count)
{
    fc_point mean = { 0, 0 };
    for (int i = 0; i < count; i++) {
        mean.x += landmarks[indices[i]].x / count;
        mean.y += landmarks[indices[i]].y / count;
    }
    return mean;
}

static void five_points(const fc_point *landmarks, fc_point out[POINTS])
{
    static const int LEFT[] = { 36, 37, 38, 39, 40, 41 };
    static const int RIGHT[] = { 42, 43, 44, 45, 46, 47 };
    static const int TIP[] = { 30, 32, 33, 34 };
    out[LEFT_EYE] = mean_of(landmarks, LEFT, 6);
    out[RIGHT_EYE] = mean_of(landmarks, RIGHT, 6);
    out[NOSE] = mean_of(landmarks, TIP, 4);
    out[LEFT_CORNER] = landmarks[48];
    out[RIGHT_CORNER] = landmarks[54];
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
    return hypot(points[RIGHT_EYE].x - points[LEFT_EYE].x,
                 points[RIGHT_EYE].y - points[LEFT_EYE].y);
}
