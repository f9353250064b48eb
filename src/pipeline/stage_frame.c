/*
 * Framing as the service that Facecraft replaces did it: the face box plus margins (1.5 times as
 * much above), eyes level, fitted into width x height. Here it is geometry only: one similarity
 * from canvas to photo, so that the photo is resampled once.
 */
#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "models/landmark_box.h"
#include "pipeline/crown.h"

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

/* How far a span must move to lie within 0..whole; one that is longer comes to lie over all of it.
 */
static double into(double first, double length, double whole)
{
    if (length >= whole) {
        return (whole - length) / 2 - first;
    }
    return first < 0 ? -first : fmin(0, whole - length - first);
}

/* The face must keep so much of the canvas' shorter side free, however little photo there is. */
#define FACE_SIDE_MAX 0.9

/* A photo that keeps its background fills the canvas, where it can: zoom in about the face until
 * the turned canvas is no larger than the photo, then move it inside. */
static void stay_in_photo(fc_frame *frame, fc_point face, fc_size photo)
{
    const fc_size canvas = frame->canvas;
    const fc_box whole = { 0, 0, canvas.width, canvas.height };
    const double shorter = canvas.width < canvas.height ? canvas.width : canvas.height;
    const fc_box shown = fc_similarity_apply_box(frame->to_photo, whole);
    const double fits = fmin(photo.width / shown.width, photo.height / shown.height);
    const double face_px = frame->face_in_canvas.height;
    const double zoom = fmax(fmin(fits, 1), fmin(1, face_px / (FACE_SIDE_MAX * shorter)));
    frame->to_photo.a *= zoom;
    frame->to_photo.b *= zoom;
    frame->to_photo.tx = face.x - (face.x - frame->to_photo.tx) * zoom;
    frame->to_photo.ty = face.y - (face.y - frame->to_photo.ty) * zoom;
    const fc_box lies = fc_similarity_apply_box(frame->to_photo, whole);
    frame->to_photo.tx += into(lies.x, lies.width, photo.width);
    frame->to_photo.ty += into(lies.y, lies.height, photo.height);
    const fc_point at = fc_similarity_apply(fc_similarity_invert(frame->to_photo), face);
    const double side = face_px / zoom;
    frame->face_in_canvas = (fc_box){ at.x - side / 2, at.y - side / 2, side, side };
}

/* ---- the picture of a preset ----------------------------------------------------------------- */

/* More landmarks, by dlib's numbers. */
enum { JAW_FIRST = 0, CHIN = 8, JAW_LAST = 16, MOUTH_FIRST = 48, MOUTH_POINTS = 12 };

static double along(fc_point from, fc_point to, fc_point axis)
{
    return (to.x - from.x) * axis.x + (to.y - from.y) * axis.y;
}

/* Chin, crown and middle of the face, along its own axes. A head whose hair was not seen ends with
 * its skull. */
static fc_status measure_head(fc_portrait *portrait, double roll, fc_head *out, fc_error *err)
{
    const fc_point *points = portrait->landmarks;
    const fc_point both[] = { mean_of(&points[LEFT_EYE_FIRST], EYE_POINTS),
                              mean_of(&points[RIGHT_EYE_FIRST], EYE_POINTS) };
    const fc_point right = { cos(roll), sin(roll) };
    const fc_point down = { -right.y, right.x };
    fc_head head = { .eyes = mean_of(both, 2), .roll = roll };
    head.chin = fmax(along(head.eyes, points[CHIN], down), 1);
    head.centre = along(head.eyes, mean_of(&points[MOUTH_FIRST], MOUTH_POINTS), right) / 2;
    fc_crown_place crown = { 0 };
    FC_TRY(fc_crown_find(portrait, head.eyes, (fc_point){ -down.x, -down.y },
                         along(points[JAW_FIRST], points[JAW_LAST], right), &crown, err));
    head.hair_seen = crown.seen;
    head.hair_cut = crown.cut;
    head.hair = crown.seen ? crown.above_eyes : head.chin;
    *out = head;
    return FC_OK;
}

/* What cannot be met is told where nobody reads the answer's facts as well. */
static void warn_of_rule(fc_portrait *portrait, const fc_preset *preset)
{
    const fc_document_reasons reasons =
        fc_document_judge(preset, &portrait->frame.document, portrait->frame.canvas, 0);
    for (int32_t i = 0; i < reasons.count; i++) {
        fc_warn(&portrait->warnings, "%s cannot be met: %s", preset->name, reasons.items[i]);
    }
    if (preset->office_only) {
        fc_warn(&portrait->warnings, "%s: offices take no home-made picture; %s", preset->name,
                preset->note);
    }
}

static fc_status frame_document(fc_portrait *portrait, const fc_preset *preset, double roll,
                                fc_box box, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_size canvas = { photo->params.width, photo->params.height };
    fc_head head;
    FC_TRY(measure_head(portrait, roll, &head, err));
    fc_frame frame = { .canvas = canvas,
                       .inner = { 0, 0, canvas.width, canvas.height },
                       .roll_deg = roll * 180 / M_PI,
                       .face_in_photo = box };
    frame.to_photo =
        fc_document_place(preset, &head, canvas, photo->facts.size,
                          fc_background_is_own(&photo->params.background), &frame.document);
    const fc_point at =
        fc_similarity_apply(fc_similarity_invert(frame.to_photo), fc_box_centre(box));
    const double side = SECOND_DETECTION_SIDE * box.width / fc_similarity_scale(frame.to_photo);
    frame.face_in_canvas = (fc_box){ at.x - side / 2, at.y - side / 2, side, side };
    portrait->frame = frame;
    warn_of_rule(portrait, preset);
    const char *unit = fc_preset_unit(preset);
    (void)snprintf(report->note, sizeof report->note, "%s: head %.1f %s, eyes %.1f %s, turned %.1f",
                   preset->name, portrait->frame.document.head, unit, portrait->frame.document.eye_line, unit,
                   frame.roll_deg);
    return FC_OK;
}

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_params *params = &portrait->photo->params;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const double roll = choose_roll(portrait, face);
    const fc_box box = choose_box(portrait, face, roll);
    const fc_point centre = fc_box_centre(box);
    const fc_preset *preset = fc_preset_of(params);
    if (preset != NULL) {
        return frame_document(portrait, preset, roll, box, report, err);
    }

    /* In units of the face box: how much is shown, and how far down the face's centre lies. */
    const double side = SECOND_DETECTION_SIDE * box.width;
    const double shown_width = 1 + 2 * params->face_margin;
    const double shown_height = 1 + (1 + TOP_MARGIN_FACTOR) * params->face_margin;
    const double centre_down = 0.5 + TOP_MARGIN_FACTOR * params->face_margin;
    const double face_px =
        fmin(params->width / shown_width, params->height / shown_height); /* canvas px a face */

    fc_frame frame = {
        .canvas = { params->width, params->height },
        .roll_deg = roll * 180 / M_PI,
        .face_in_photo = box,
    };
    frame.inner.width = shown_width * face_px;
    frame.inner.height = shown_height * face_px;
    frame.inner.x = (params->width - frame.inner.width) / 2;
    frame.inner.y = (params->height - frame.inner.height) / 2;
    const fc_point at = { frame.inner.x + frame.inner.width / 2,
                          frame.inner.y + centre_down * face_px };
    frame.face_in_canvas = (fc_box){ at.x - face_px / 2, at.y - face_px / 2, face_px, face_px };

    const double scale = side / face_px;
    frame.to_photo = (fc_similarity){ scale * cos(roll), scale * sin(roll), 0, 0 };
    const fc_point moved = fc_similarity_apply(frame.to_photo, at);
    frame.to_photo.tx = centre.x - moved.x;
    frame.to_photo.ty = centre.y - moved.y;

    if (fc_background_is_own(&params->background)) {
        stay_in_photo(&frame, centre, portrait->photo->facts.size);
    }
    portrait->frame = frame;
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   frame.roll_deg, fc_similarity_scale(frame.to_photo));
    return FC_OK;
}
