#include "pipeline/document_frame.h"

#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "pipeline/hand_crop.h"
#include "pipeline/head_extent.h"

/* Of the 68 points. */
enum { CHIN = 8, MOUTH_FIRST = 48, MOUTH_POINTS = 12 };

static double along(fc_point from, fc_point to, fc_point axis)
{
    return (to.x - from.x) * axis.x + (to.y - from.y) * axis.y;
}

/* Chin, crown and middle of the face, along its own axes. A head whose hair was not seen ends with
 * its skull. */
static fc_head measure_head(const fc_portrait *portrait, const fc_face_pose *pose)
{
    const fc_point *points = portrait->landmarks;
    const fc_point both[] = {
        fc_points_centroid(&points[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS),
        fc_points_centroid(&points[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS)
    };
    const fc_point right = { cos(pose->roll_rad), sin(pose->roll_rad) };
    const fc_point down = { -right.y, right.x };
    const fc_levelled_person person = fc_levelled_person_of(portrait, pose, pose->roll_rad);
    const fc_head_extent extent =
        fc_head_extent_find(&person, &portrait->photo->faces.items[portrait->face_index], points);
    const fc_point top = fc_similarity_apply(person.to_photo, (fc_point){ 0, extent.top });
    fc_head head = { .eyes = fc_points_centroid(both, 2), .roll = pose->roll_rad };
    head.chin = fmax(along(head.eyes, points[CHIN], down), 1);
    head.centre =
        along(head.eyes, fc_points_centroid(&points[MOUTH_FIRST], MOUTH_POINTS), right) / 2;
    head.hair_seen = extent.top_seen;
    head.hair_cut = extent.top_cut;
    head.hair = extent.top_seen ? -along(head.eyes, top, down) : head.chin;
    return head;
}

/* What is not met is told where nobody reads the answer's facts as well. */
static void warn_of_rule(fc_portrait *portrait, const fc_preset *preset)
{
    const bool by_hand = fc_hand_crop_is_wanted(&portrait->photo->params);
    const fc_document_reasons reasons =
        fc_document_judge(preset, &portrait->frame.document, portrait->frame.canvas, 0);
    for (int32_t i = 0; i < reasons.count; i++) {
        fc_warn(&portrait->warnings, "%s %s: %s", preset->name,
                by_hand ? "is not met by the crop by hand" : "cannot be met", reasons.items[i]);
    }
    if (preset->office_only) {
        fc_warn(&portrait->warnings, "%s: offices take no home-made picture; %s", preset->name,
                preset->note);
    }
}

/* Sides on which the photo ends within the picture; above the head that shows only where the
 * photo's own background stays. */
static uint32_t ends_of(const fc_document *document)
{
    const fc_beyond *beyond = &document->beyond;
    return (beyond->top > 0 && document->keeps_ground ? FC_SIDE_TOP : 0U) |
           (beyond->right > 0 ? FC_SIDE_RIGHT : 0U) | (beyond->bottom > 0 ? FC_SIDE_BOTTOM : 0U) |
           (beyond->left > 0 ? FC_SIDE_LEFT : 0U);
}

void fc_document_frame(fc_portrait *portrait, const fc_face_pose *pose, fc_stage_report *report)
{
    FC_ASSERT(portrait != NULL && pose != NULL && report != NULL);
    const fc_photo *photo = portrait->photo;
    const fc_preset *preset = fc_preset_at(photo->params.preset);
    FC_ASSERT(preset != NULL);
    const bool keeps_ground = fc_background_is_own(&photo->params.background);
    const fc_size canvas = { photo->params.width, photo->params.height };
    const fc_head head = measure_head(portrait, pose);
    fc_frame frame = { .canvas = canvas,
                       .inner = { 0, 0, canvas.width, canvas.height },
                       .roll_deg = pose->roll_rad * 180 / M_PI,
                       .face_in_photo = pose->box };
    frame.to_photo =
        fc_document_place(preset, &head, canvas, photo->facts.size, keeps_ground, &frame.document);
    const fc_similarity face = fc_face_pose_to_photo(pose, pose->roll_rad);
    const fc_point at =
        fc_similarity_apply(fc_similarity_invert(frame.to_photo), fc_box_centre(pose->box));
    const double side = fc_similarity_scale(face) / fc_similarity_scale(frame.to_photo);
    frame.face_in_canvas = (fc_box){ at.x - side / 2, at.y - side / 2, side, side };
    if (fc_hand_crop_is_wanted(&photo->params)) {
        fc_hand_crop_apply(&photo->params, &frame);
        frame.document = fc_document_measure(preset, &head, frame.to_photo, canvas,
                                             photo->facts.size, keeps_ground);
    }
    frame.ends = ends_of(&frame.document);
    portrait->frame = frame;
    warn_of_rule(portrait, preset);
    const char *unit = fc_preset_unit(preset);
    (void)snprintf(report->note, sizeof report->note, "%s: head %.1f %s, eyes %.1f %s, turned %.1f",
                   preset->name, frame.document.head, unit, frame.document.eye_line, unit,
                   frame.roll_deg);
}
