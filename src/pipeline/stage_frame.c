/*
 * Framing as the service that Facecraft replaces did it: the face box plus margins (1.5 times as
 * much above), eyes level, fitted into width x height. Here it is geometry only: one similarity
 * from canvas to photo, so that the photo is resampled once.
 */
#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/document_frame.h"
#include "pipeline/face_pose.h"

#define TOP_MARGIN_FACTOR 1.5

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

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_params *params = &portrait->photo->params;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_face_pose pose = fc_face_pose_of(face, portrait->landmarks);
    if (params->preset != 0) {
        return fc_document_frame(portrait, &pose, report, err);
    }
    const fc_similarity levelled = fc_face_pose_to_photo(&pose, pose.roll_rad);

    /* In units of the face box: how much is shown, and how far down the face's centre lies. */
    const double shown_width = 1 + 2 * params->face_margin;
    const double shown_height = 1 + (1 + TOP_MARGIN_FACTOR) * params->face_margin;
    const double centre_down = 0.5 + TOP_MARGIN_FACTOR * params->face_margin;
    const double face_px =
        fmin(params->width / shown_width, params->height / shown_height); /* canvas px a face */

    fc_frame frame = {
        .canvas = { params->width, params->height },
        .roll_deg = pose.roll_rad * 180 / M_PI,
        .face_in_photo = pose.box,
    };
    frame.inner.width = shown_width * face_px;
    frame.inner.height = shown_height * face_px;
    frame.inner.x = (params->width - frame.inner.width) / 2;
    frame.inner.y = (params->height - frame.inner.height) / 2;
    const fc_point at = { frame.inner.x + frame.inner.width / 2,
                          frame.inner.y + centre_down * face_px };
    frame.face_in_canvas = (fc_box){ at.x - face_px / 2, at.y - face_px / 2, face_px, face_px };

    const fc_similarity to_levelled = { 1 / face_px, 0, -at.x / face_px, -at.y / face_px };
    frame.to_photo = fc_similarity_compose(levelled, to_levelled);

    if (fc_background_is_own(&params->background)) {
        stay_in_photo(&frame, fc_box_centre(pose.box), portrait->photo->facts.size);
    }
    portrait->frame = frame;
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   frame.roll_deg, fc_similarity_scale(frame.to_photo));
    return FC_OK;
}
