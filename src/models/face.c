#include "models/face.h"

#include <stddef.h>

#include "base/assert.h"

static void add_point(fc_point *sum, fc_point point, double weight)
{
    sum->x += weight * point.x;
    sum->y += weight * point.y;
}

static void add_box(fc_box *sum, fc_box box, double weight)
{
    sum->x += weight * box.x;
    sum->y += weight * box.y;
    sum->width += weight * box.width;
    sum->height += weight * box.height;
}

static void add_face(fc_face *sum, const fc_face *face, double weight)
{
    add_box(&sum->box, face->box, weight);
    add_box(&sum->dlib_box, face->dlib_box, weight);
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        add_point(&sum->keypoints[i], face->keypoints[i], weight);
    }
}

/* Index of the first of the highest scores, -1 when all are used up. */
static int32_t find_strongest(const fc_face *candidates, int32_t count)
{
    int32_t best = -1;
    double score = 0;
    for (int32_t i = 0; i < count; i++) {
        if (candidates[i].score > score) {
            score = candidates[i].score;
            best = i;
        }
    }
    return best;
}

/* The mean of all that overlap the strongest, which thereby are used up. */
static fc_face take_group(fc_face *candidates, int32_t count, int32_t strongest)
{
    const fc_face top = candidates[strongest];
    double weight = 0;
    for (int32_t i = 0; i < count; i++) {
        if (fc_box_iou(candidates[i].box, top.box) > FC_FACE_OVERLAP_MAX) {
            weight += candidates[i].score;
        }
    }
    fc_face mean = { .score = top.score };
    for (int32_t i = 0; i < count; i++) {
        if (fc_box_iou(candidates[i].box, top.box) > FC_FACE_OVERLAP_MAX) {
            add_face(&mean, &candidates[i], candidates[i].score / weight);
            candidates[i].score = 0;
        }
    }
    return mean;
}

void fc_faces_merge(fc_face *candidates, int32_t count, fc_faces *out)
{
    FC_ASSERT(candidates != NULL || count == 0);
    FC_ASSERT(out != NULL);

    out->count = 0;
    while (out->count < FC_FACES_MAX) {
        const int32_t strongest = find_strongest(candidates, count);
        if (strongest < 0) {
            return;
        }
        out->items[out->count++] = take_group(candidates, count, strongest);
    }
}

fc_face fc_face_of_box(fc_box dlib_box)
{
    /* Shares of the box, means of upright faces. */
    static const fc_point PLACES[FC_KEYPOINT_COUNT] = {
        [FC_KEYPOINT_LEFT_EYE] = { 0.31, 0.265 }, [FC_KEYPOINT_RIGHT_EYE] = { 0.71, 0.265 },
        [FC_KEYPOINT_NOSE] = { 0.51, 0.48 },      [FC_KEYPOINT_MOUTH] = { 0.51, 0.685 },
        [FC_KEYPOINT_LEFT_EAR] = { 0.04, 0.34 },  [FC_KEYPOINT_RIGHT_EAR] = { 0.96, 0.34 },
    };
    fc_face face = { .box = dlib_box, .dlib_box = dlib_box };
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] = (fc_point){ dlib_box.x + PLACES[i].x * dlib_box.width,
                                        dlib_box.y + PLACES[i].y * dlib_box.height };
    }
    return face;
}
