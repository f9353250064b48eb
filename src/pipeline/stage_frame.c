/*
 * Framing as the service that Facecraft replaces did it: the face box plus margins (1.5 times as
 * much above), eyes level, fitted into width x height. Here it is geometry only: one similarity
 * from canvas to photo, so that the photo is resampled once.
 */
#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/face_pose.h"

#define TOP_MARGIN_FACTOR 1.5

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)err;
    const fc_params *params = &portrait->photo->params;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_face_pose pose = fc_face_pose_of(face, portrait->landmarks);
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

    portrait->frame = frame;
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   frame.roll_deg, fc_similarity_scale(frame.to_photo));
    return FC_OK;
}
