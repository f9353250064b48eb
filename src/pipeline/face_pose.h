/**
 * Face pose: how a face is turned in the photo, and the levelled coordinates that framing uses: x
 * along the eye line, y down, origin in the middle of the face box, one unit the side of the face
 * as it is framed. Any thread.
 */
#pragma once

#include "models/face.h"

typedef struct fc_face_pose {
    fc_box box;      /* dlib's face box, px of the photo */
    double roll_rad; /* of the eye line, clockwise */
} fc_face_pose;

/**
 * Told from the landmarks; from the detector's box or eyes where those disagree with it.
 *
 * landmarks   FC_LANDMARK_COUNT points, px of the photo
 */
fc_face_pose fc_face_pose_of(const fc_face *face, const fc_point *landmarks);

/** Levelled coordinates -> px of the photo, with the eye line turned by `roll_rad`. */
fc_similarity fc_face_pose_to_photo(const fc_face_pose *pose, double roll_rad);
