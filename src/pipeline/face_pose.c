#include "pipeline/face_pose.h"

#include "base/assert.h"
#include "models/face_look.h"
#include "models/landmark_box.h"

/* Landmarks drift on strongly turned heads; the detector's own eyes are the cross-check. */
#define ROLL_DISAGREEMENT_MAX_DEG 12.0

/* The old service framed by a second detection, on the turned cut-out. Its boxes there are this
 * much larger than on photos: mean over 9 golden photos. */
#define SECOND_DETECTION_SIDE 1.06

/* dlib's box from the detector's, in the frame of the eye line (fitted on 53 faces): shares of the
 * detector's box side. */
#define BOX_SIDE 0.9565
#define BOX_RIGHT -0.008
#define BOX_DOWN 0.035

static double choose_roll(const fc_face *face, const fc_point *landmarks)
{
    const fc_point left =
        fc_points_centroid(&landmarks[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS);
    const fc_point right =
        fc_points_centroid(&landmarks[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS);
    const double by_landmarks = atan2(right.y - left.y, right.x - left.x);
    const double by_detector = fc_face_roll(face);
    const double apart = remainder(by_landmarks - by_detector, 2 * M_PI);
    return fabs(apart) > ROLL_DISAGREEMENT_MAX_DEG * M_PI / 180 ? by_detector : by_landmarks;
}

/* The detector's box as dlib would draw it; its offset leans with the eye line. */
static fc_box box_of_detector(const fc_face *face, double roll)
{
    const double side = BOX_SIDE * face->box.width;
    const fc_similarity lean = { cos(roll) * face->box.width, sin(roll) * face->box.width, 0, 0 };
    const fc_point offset = fc_similarity_apply(lean, (fc_point){ BOX_RIGHT, BOX_DOWN });
    const fc_point centre = fc_box_centre(face->box);
    return (fc_box){ centre.x + offset.x - side / 2, centre.y + offset.y - side / 2, side, side };
}

fc_face_pose fc_face_pose_of(const fc_face *face, const fc_point *landmarks)
{
    FC_ASSERT(face != NULL);
    FC_ASSERT(landmarks != NULL);

    const double roll = choose_roll(face, landmarks);
    const fc_box box = fc_landmarks_fit(landmarks, face->dlib_box)
                           ? fc_dlib_box_from_landmarks(landmarks)
                           : box_of_detector(face, roll);
    return (fc_face_pose){ box, roll };
}

fc_similarity fc_face_pose_to_photo(const fc_face_pose *pose, double roll_rad)
{
    FC_ASSERT(pose != NULL);

    const double side = SECOND_DETECTION_SIDE * pose->box.width;
    const fc_point centre = fc_box_centre(pose->box);
    return (fc_similarity){ side * cos(roll_rad), side * sin(roll_rad), centre.x, centre.y };
}
