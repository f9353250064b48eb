/*
 * Framing as the service that Facecraft replaces did it: the face box plus margins (1.5 times as
 * much above), eyes level, fitted into width x height. Here it is geometry only: one similarity
 * from canvas to photo, so that the photo is resampled once.
 */
#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "models/landmark_box.h"

#define TOP_MARGIN_FACTOR 1.5

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

/* Shortest side of a canvas that is not enlarged. */
#define CANVAS_SIDE_MIN 16

/* Eyes in the 68 points: left in the picture, then right. */
enum { LEFT_EYE_FIRST = 36, RIGHT_EYE_FIRST = 42, EYE_POINTS = 6 };

static fc_point mean_of(const fc_point *points, int count)
{
    fc_point mean = { 0, 0 };
    for (int i = 0; i < count; i++) {
        mean.x += points[i].x / count;
        mean.y += points[i].y / count;
    }
    return mean;
}

static double angle_between(fc_point from, fc_point to)
{
    return atan2(to.y - from.y, to.x - from.x);
}

static double choose_roll(const fc_portrait *portrait, const fc_face *face)
{
    const double by_landmarks =
        angle_between(mean_of(&portrait->landmarks[LEFT_EYE_FIRST], EYE_POINTS),
                      mean_of(&portrait->landmarks[RIGHT_EYE_FIRST], EYE_POINTS));
    const double by_detector = angle_between(face->keypoints[FC_KEYPOINT_LEFT_EYE],
                                             face->keypoints[FC_KEYPOINT_RIGHT_EYE]);
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

static fc_box choose_box(const fc_portrait *portrait, const fc_face *face, double roll)
{
    return fc_landmarks_fit(portrait->landmarks, face->dlib_box)
               ? fc_dlib_box_from_landmarks(portrait->landmarks)
               : box_of_detector(face, roll);
}

/* Canvas px that one face box takes, where so many boxes are shown. */
static double face_on(fc_size canvas, double shown_width, double shown_height)
{
    return fmin(canvas.width / shown_width, canvas.height / shown_height);
}

/* A canvas of the same shape that has at most as many px as the photo gives. */
static fc_size without_enlarging(fc_portrait *portrait, fc_size canvas, double share)
{
    if (portrait->photo->params.enlarge || share >= 1) {
        return canvas;
    }
    const fc_size reduced = { (int32_t)fmax(floor(canvas.width * share), CANVAS_SIDE_MIN),
                              (int32_t)fmax(floor(canvas.height * share), CANVAS_SIDE_MIN) };
    fc_warn(&portrait->warnings,
            "low_resolution: %d x %d px, as the photo has no more, not %d x %d", reduced.width,
            reduced.height, canvas.width, canvas.height);
    return reduced;
}

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)err;
    const fc_params *params = &portrait->photo->params;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const double roll = choose_roll(portrait, face);
    const fc_box box = choose_box(portrait, face, roll);
    const fc_point centre = fc_box_centre(box);

    /* In units of the face box: how much is shown, and how far down the face's centre lies. */
    const double side = SECOND_DETECTION_SIDE * box.width;
    const double shown_width = 1 + 2 * params->face_margin;
    const double shown_height = 1 + (1 + TOP_MARGIN_FACTOR) * params->face_margin;
    const double centre_down = 0.5 + TOP_MARGIN_FACTOR * params->face_margin;
    const fc_size asked = { params->width, params->height };
    const fc_size canvas =
        without_enlarging(portrait, asked, side / face_on(asked, shown_width, shown_height));
    const double face_px = face_on(canvas, shown_width, shown_height);

    fc_frame frame = {
        .canvas = canvas,
        .roll_deg = roll * 180 / M_PI,
        .face_in_photo = box,
    };
    frame.inner.width = shown_width * face_px;
    frame.inner.height = shown_height * face_px;
    frame.inner.x = (canvas.width - frame.inner.width) / 2;
    frame.inner.y = (canvas.height - frame.inner.height) / 2;
    const fc_point at = { frame.inner.x + frame.inner.width / 2,
                          frame.inner.y + centre_down * face_px };
    frame.face_in_canvas = (fc_box){ at.x - face_px / 2, at.y - face_px / 2, face_px, face_px };

    const double scale = side / face_px;
    frame.to_photo = (fc_similarity){ scale * cos(roll), scale * sin(roll), 0, 0 };
    const fc_point moved = fc_similarity_apply(frame.to_photo, at);
    frame.to_photo.tx = centre.x - moved.x;
    frame.to_photo.ty = centre.y - moved.y;

    portrait->frame = frame;
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   frame.roll_deg, scale);
    return FC_OK;
}
