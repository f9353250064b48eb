#include "pipeline/document_frame.h"

#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "pipeline/hand_crop.h"
#include "pipeline/head_extent.h"
#include "pipeline/wants.h"

/* Of the 68 points. */
enum { CHIN = 8, MOUTH_FIRST = 48, MOUTH_POINTS = 12 };

/* What is given up of levelling the eyes, so that no corner shows where the photo ends: so far the
 * check calls a head upright. */
#define SLANT_MAX_DEG 5

/* A head in its photo, before its axes are known. */
typedef struct head_points {
    fc_point eyes;
    fc_point chin;
    fc_point mouth;
    fc_point top;
    bool top_seen;
    bool top_cut;
} head_points;

static double along(fc_point from, fc_point to, fc_point axis)
{
    return (to.x - from.x) * axis.x + (to.y - from.y) * axis.y;
}

static head_points find_points(const fc_portrait *portrait, const fc_face_pose *pose)
{
    const fc_point *points = portrait->landmarks;
    const fc_point both[] = {
        fc_points_centroid(&points[FC_LANDMARK_LEFT_EYE], FC_LANDMARK_EYE_POINTS),
        fc_points_centroid(&points[FC_LANDMARK_RIGHT_EYE], FC_LANDMARK_EYE_POINTS)
    };
    const fc_levelled_person person = fc_levelled_person_of(portrait, pose, pose->roll_rad);
    const fc_head_extent extent =
        fc_head_extent_find(&person, &portrait->photo->faces.items[portrait->face_index], points);
    return (head_points){
        .eyes = fc_points_centroid(both, 2),
        .chin = points[CHIN],
        .mouth = fc_points_centroid(&points[MOUTH_FIRST], MOUTH_POINTS),
        .top = fc_similarity_apply(person.to_photo, (fc_point){ 0, extent.top }),
        .top_seen = extent.top_seen,
        .top_cut = extent.top_cut,
    };
}

/* Chin, crown and middle of the face, along the picture's axes. A head whose hair was not seen ends
 * with its skull. */
static fc_head head_of(const head_points *points, double roll)
{
    const fc_point right = { cos(roll), sin(roll) };
    const fc_point down = { -right.y, right.x };
    fc_head head = { .eyes = points->eyes, .roll = roll };
    head.chin = fmax(along(head.eyes, points->chin, down), 1);
    head.centre = along(head.eyes, points->mouth, right) / 2;
    head.hair_seen = points->top_seen;
    head.hair_cut = points->top_cut;
    head.hair = points->top_seen ? -along(head.eyes, points->top, down) : head.chin;
    return head;
}

/* Where the picture lies, level if it can be. */
typedef struct placed {
    double roll;
    fc_similarity map;
    fc_document document;
} placed;

static placed place(const fc_photo *photo, const head_points *points, double roll)
{
    const fc_params *params = &photo->params;
    const fc_head head = head_of(points, roll);
    placed made = { .roll = roll };
    made.map = fc_document_place(fc_preset_at(params->preset), &head,
                                 (fc_size){ params->width, params->height }, photo->facts.size,
                                 fc_background_is_own(&params->background), &made.document);
    return made;
}

static double reach_of(const fc_document *document)
{
    const fc_beyond *beyond = &document->beyond;
    return beyond->top + beyond->right + beyond->bottom + beyond->left;
}

/* A photo that keeps its background shows where it ends at the corners of a turned picture: it is
 * turned less where that helps. */
static placed place_inside(const fc_photo *photo, const head_points *points, double roll)
{
    placed best = place(photo, points, roll);
    const double slant = remainder(roll, M_PI / 2);
    for (int degrees = 1; degrees <= SLANT_MAX_DEG && best.document.keeps_ground; degrees++) {
        const double less = degrees * M_PI / 180;
        if (reach_of(&best.document) <= 0 || less > fabs(slant)) {
            break;
        }
        const placed made = place(photo, points, roll - copysign(less, slant));
        if (reach_of(&made.document) < reach_of(&best.document)) {
            best = made;
        }
    }
    return best;
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

/* The whole frame, from where the picture lies. */
static fc_frame frame_of(const fc_photo *photo, const fc_face_pose *pose, const placed *made)
{
    const fc_size canvas = { photo->params.width, photo->params.height };
    const fc_similarity face = fc_face_pose_to_photo(pose, made->roll);
    const fc_point at =
        fc_similarity_apply(fc_similarity_invert(made->map), fc_box_centre(pose->box));
    const double side = fc_similarity_scale(face) / fc_similarity_scale(made->map);
    return (fc_frame){ .canvas = canvas,
                       .inner = { 0, 0, canvas.width, canvas.height },
                       .to_photo = made->map,
                       .face_in_canvas = { at.x - side / 2, at.y - side / 2, side, side },
                       .face_in_photo = pose->box,
                       .roll_deg = made->roll * 180 / M_PI,
                       .ends = ends_of(&made->document),
                       .document = made->document };
}

/* Another place in the photo, measured again. */
static void crop_by_hand(const fc_photo *photo, const fc_preset *preset, const head_points *points,
                         fc_frame *frame)
{
    const fc_head head = head_of(points, frame->roll_deg * M_PI / 180);
    fc_hand_crop_apply(&photo->params, frame);
    frame->document = fc_document_measure(preset, &head, frame->to_photo, frame->canvas,
                                          photo->facts.size, frame->document.keeps_ground);
    frame->ends = ends_of(&frame->document);
}

/* What is done to the picture where an office refuses altered ones. */
static void tell_edits(const fc_photo *photo, const fc_preset *preset, fc_document *document)
{
    if (preset->edits == FC_EDITS_NONE) {
        document->ground_laid = photo->params.background.kind != FC_BACKGROUND_KEEP;
        document->retouched = fc_wants_enhancing(photo) || fc_wants_restoring(photo);
    }
}

static void describe(const fc_frame *frame, const fc_preset *preset, double less,
                     fc_stage_report *report)
{
    const char *unit = fc_preset_unit(preset);
    const int length = snprintf(
        report->note, sizeof report->note, "%s: head %.1f %s, eyes %.1f %s, turned %.1f",
        preset->name, frame->document.head, unit, frame->document.eye_line, unit, frame->roll_deg);
    if (less > 0 && length > 0 && (size_t)length < sizeof report->note) {
        (void)snprintf(report->note + length, sizeof report->note - (size_t)length,
                       ", %.0f less than level", less * 180 / M_PI);
    }
}

void fc_document_frame(fc_portrait *portrait, const fc_face_pose *pose, fc_stage_report *report)
{
    FC_ASSERT(portrait != NULL && pose != NULL && report != NULL);
    const fc_photo *photo = portrait->photo;
    const fc_preset *preset = fc_preset_at(photo->params.preset);
    FC_ASSERT(preset != NULL);
    const head_points points = find_points(portrait, pose);
    const placed made = place_inside(photo, &points, pose->roll_rad);
    portrait->frame = frame_of(photo, pose, &made);
    if (fc_hand_crop_is_wanted(&photo->params)) {
        crop_by_hand(photo, preset, &points, &portrait->frame);
    }
    tell_edits(photo, preset, &portrait->frame.document);
    warn_of_rule(portrait, preset);
    describe(&portrait->frame, preset, fabs(pose->roll_rad - made.roll), report);
}
