#include "pipeline/face_outline.h"

#include <math.h>
#include <stddef.h>

#include "base/assert.h"
#include "models/face_look.h"
#include "models/landmark_box.h"

/* Points of the 68: the jaw from ear to ear, then the brows. */
enum { JAW_FIRST = 0, JAW_END = 17, BROWS_FIRST = 17, BROWS_END = 27 };

/* What is drawn of the forehead, in sides of the face box above the brows. */
#define FOREHEAD 0.12

/* Drawn in towards its middle: points of the jaw may lie on the background. */
#define DRAWN_IN 0.9

/* Half axes of the middle of a face box, in its sides. */
#define HALF_WIDTH 0.27
#define HALF_HEIGHT 0.36

static fc_outline draw_in(fc_outline outline)
{
    const fc_point middle = fc_points_centroid(outline.points, outline.count);
    const fc_similarity map = { DRAWN_IN, 0, (1 - DRAWN_IN) * middle.x, (1 - DRAWN_IN) * middle.y };
    return fc_outline_apply(map, &outline);
}

static fc_outline by_landmarks(const fc_face *face, const fc_point *landmarks)
{
    const double roll = fc_face_roll(face);
    const fc_similarity turn = { cos(roll), sin(roll), 0, 0 };
    const fc_point up =
        fc_similarity_apply(turn, (fc_point){ 0, -FOREHEAD * face->dlib_box.height });
    fc_outline outline = { .count = 0 };
    for (int32_t i = JAW_FIRST; i < JAW_END; i++) {
        outline.points[outline.count++] = landmarks[i];
    }
    for (int32_t i = BROWS_END - 1; i >= BROWS_FIRST; i--) {
        outline.points[outline.count++] =
            (fc_point){ landmarks[i].x + up.x, landmarks[i].y + up.y };
    }
    return draw_in(outline);
}

fc_outline fc_face_outline(const fc_face *face, const fc_point *landmarks)
{
    FC_ASSERT(face != NULL);
    if (landmarks != NULL && fc_landmarks_fit(landmarks, face->dlib_box)) {
        return by_landmarks(face, landmarks);
    }
    return fc_outline_ellipse(fc_box_centre(face->dlib_box), HALF_WIDTH * face->dlib_box.width,
                              HALF_HEIGHT * face->dlib_box.height, fc_face_roll(face));
}
