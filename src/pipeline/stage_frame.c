#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/document_frame.h"
#include "pipeline/face_pose.h"
#include "pipeline/frame_rule.h"
#include "pipeline/hand_crop.h"
#include "pipeline/standing.h"

/* What is given up of levelling the eyes, so that the slant of the photo's end can be hidden. */
#define SLANT_MAX_DEG 4

/* Head room beyond what is allowed that is not worth a degree of the eyes' level. */
#define EXCESS_MIN 0.02

/* Of the canvas' height, what may be missing of a head: as much as its crown is unsure. */
#define CUT_MIN 0.01

/* Shortest side of a canvas that is not enlarged. */
#define CANVAS_SIDE_MIN 16

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

/* Photo px that may be missing at a side: what the canvas' own edge px hide. */
#define MISSING_MAX 0.5

static uint32_t ends_of(fc_box shown, fc_size photo)
{
    return (shown.x < -MISSING_MAX ? FC_SIDE_LEFT : 0U) |
           (shown.y < -MISSING_MAX ? FC_SIDE_TOP : 0U) |
           (shown.x + shown.width > photo.width + MISSING_MAX ? FC_SIDE_RIGHT : 0U) |
           (shown.y + shown.height > photo.height + MISSING_MAX ? FC_SIDE_BOTTOM : 0U);
}

/* A photo that keeps its background fills the canvas, where it can: how far to zoom in until the
 * turned canvas is no larger than the photo. */
static double zoom_into(const fc_frame *frame, fc_size photo)
{
    const fc_box whole = { 0, 0, frame->canvas.width, frame->canvas.height };
    const fc_box shown = fc_similarity_apply_box(frame->to_photo, whole);
    const double fits = fmin(photo.width / shown.width, photo.height / shown.height);
    const double face_share = frame->face_in_canvas.height / fmin(whole.width, whole.height);
    return fmax(fmin(fits, 1), fmin(1, face_share / FACE_SIDE_MAX));
}

/* Zoom in about a point of the photo, then move into the photo. */
static void stay_in_photo(fc_frame *frame, double zoom, fc_point about, fc_size photo)
{
    const fc_similarity was = frame->to_photo;
    const fc_box whole = { 0, 0, frame->canvas.width, frame->canvas.height };
    fc_similarity is = { was.a * zoom, was.b * zoom, about.x - (about.x - was.tx) * zoom,
                         about.y - (about.y - was.ty) * zoom };
    const fc_box lies = fc_similarity_apply_box(is, whole);
    is.tx += into(lies.x, lies.width, photo.width);
    is.ty += into(lies.y, lies.height, photo.height);
    const fc_similarity moved = fc_similarity_compose(fc_similarity_invert(is), was);
    frame->to_photo = is;
    frame->inner = fc_similarity_apply_box(moved, frame->inner);
    frame->face_in_canvas = fc_similarity_apply_box(moved, frame->face_in_canvas);
    frame->ends = ends_of(fc_similarity_apply_box(is, whole), photo);
}

/* The canvas of a view, canvas px -> px of the photo. */
static fc_frame frame_of(const fc_face_pose *pose, double roll, fc_box view, fc_box oval,
                         const fc_params *params)
{
    const double px = params->width / view.width;
    const fc_similarity to_levelled = { 1 / px, 0, view.x, view.y };
    return (fc_frame){
        .canvas = { params->width, params->height },
        .inner = oval,
        .to_photo = fc_similarity_compose(fc_face_pose_to_photo(pose, roll), to_levelled),
        .face_in_canvas = { (-0.5 - view.x) * px, (-0.5 - view.y) * px, px, px },
        .face_in_photo = pose->box,
        .roll_deg = roll * 180 / M_PI,
    };
}

/* A portrait of the whole head, with the eye line turned by some angle. */
typedef struct attempt {
    double roll;
    fc_head_extent head;
    fc_standing standing;
    fc_frame frame;
    double cut; /* of the canvas' height: head above it, as it has to stay in the photo */
} attempt;

/* The frame of a view, within the photo where that keeps its background. */
static void lay_frame(const fc_portrait *portrait, const fc_face_pose *pose, attempt *made)
{
    const fc_params *params = &portrait->photo->params;
    const bool head = params->framing == FC_FRAMING_HEAD;
    const fc_box view = made->standing.view;
    const fc_box oval = fc_frame_rule_oval(view, head ? &made->head : NULL, params);
    made->frame = frame_of(pose, made->roll, view, oval, params);
    made->frame.ends = made->standing.ends;
    if (!fc_background_is_own(&params->background)) {
        return;
    }
    const fc_size photo = portrait->photo->facts.size;
    const double zoom = zoom_into(&made->frame, photo);
    const double y = head ? fc_frame_rule_anchor(view, &made->head, zoom) : 0;
    const fc_similarity to_photo = fc_face_pose_to_photo(pose, made->roll);
    stay_in_photo(&made->frame, zoom, fc_similarity_apply(to_photo, (fc_point){ 0, y }), photo);
    if (head) {
        const fc_similarity to_canvas =
            fc_similarity_compose(fc_similarity_invert(made->frame.to_photo), to_photo);
        const fc_point crown = fc_similarity_apply(to_canvas, (fc_point){ 0, made->head.crown });
        made->cut = fmax(0, -crown.y / made->frame.canvas.height);
    }
}

static attempt try_roll(const fc_portrait *portrait, const fc_face_pose *pose, double roll)
{
    const fc_params *params = &portrait->photo->params;
    const fc_levelled_person person = fc_levelled_person_of(portrait, pose, roll);
    attempt made = { .roll = roll };
    made.head = fc_head_extent_find(&person, &portrait->photo->faces.items[portrait->face_index],
                                    portrait->landmarks);
    const fc_box view = fc_frame_rule_head(fc_frame_rule_face(params), &made.head, params);
    /* Where the background stays, the photo's end shows even where nobody is. */
    made.standing =
        fc_standing_find(&person, &made.head, view, fc_frame_rule_room(&made.head, params),
                         portrait->uncut || fc_background_is_own(&params->background));
    lay_frame(portrait, pose, &made);
    return made;
}

static double cost_of(const attempt *made)
{
    return __builtin_popcount(made->frame.ends) + made->standing.excess + made->cut;
}

/* Level; less so where the person stands, or the whole head is seen, only then. */
static attempt find_standing(const fc_portrait *portrait, const fc_face_pose *pose)
{
    attempt best = try_roll(portrait, pose, pose->roll_rad);
    const double slant = remainder(pose->roll_rad, M_PI / 2);
    for (int degrees = 1; degrees <= SLANT_MAX_DEG && cost_of(&best) > EXCESS_MIN; degrees++) {
        const double less = degrees * M_PI / 180;
        if (less > fabs(slant)) {
            break;
        }
        const attempt made = try_roll(portrait, pose, pose->roll_rad - copysign(less, slant));
        if (cost_of(&made) < cost_of(&best) - EXCESS_MIN) {
            best = made;
        }
    }
    return best;
}

static void add(fc_stage_report *report, const char *text)
{
    const size_t length = strlen(report->note);
    (void)snprintf(report->note + length, sizeof report->note - length, "%s", text);
}

static void describe(const attempt *made, const fc_face_pose *pose, fc_stage_report *report)
{
    if (made->standing.moved) {
        add(report, ", moved");
    }
    if (made->standing.zoomed) {
        add(report, ", zoomed");
    }
    if (made->roll != pose->roll_rad) {
        char less[32];
        (void)snprintf(less, sizeof less, ", %.0f less than level",
                       fabs(pose->roll_rad - made->roll) * 180 / M_PI);
        add(report, less);
    }
    if (made->frame.ends != 0) {
        add(report, ", photo ends inside");
    }
}

/* The same view on fewer px, where the photo has fewer and they must not be made up. */
static void keep_from_enlarging(fc_portrait *portrait)
{
    fc_frame *frame = &portrait->frame;
    const double share = fc_similarity_scale(frame->to_photo); /* px of the photo a px */
    if (portrait->photo->params.enlarge || share >= 1) {
        return;
    }
    const fc_size asked = frame->canvas;
    const fc_similarity wider = { 1 / share, 0, 0, 0 };
    fc_box *const boxes[] = { &frame->inner, &frame->face_in_canvas };
    frame->canvas.width = (int32_t)fmax(floor(asked.width * share), CANVAS_SIDE_MIN);
    frame->canvas.height = (int32_t)fmax(floor(asked.height * share), CANVAS_SIDE_MIN);
    frame->to_photo = fc_similarity_compose(frame->to_photo, wider);
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        *boxes[i] = (fc_box){ boxes[i]->x * share, boxes[i]->y * share, boxes[i]->width * share,
                              boxes[i]->height * share };
    }
    fc_warn(&portrait->warnings,
            "smaller_than_asked: %d x %d px, as the photo has no more, not %d x %d",
            frame->canvas.width, frame->canvas.height, asked.width, asked.height);
}

/* The photo may now end inside, or no longer. */
static void crop_by_hand(fc_portrait *portrait, const fc_face_pose *pose, double roll)
{
    const fc_params *params = &portrait->photo->params;
    fc_frame *frame = &portrait->frame;
    const bool inside = portrait->uncut || fc_background_is_own(&params->background);
    fc_hand_crop_apply(params, frame);
    if (inside || params->framing == FC_FRAMING_HEAD) {
        const fc_levelled_person person =
            fc_levelled_person_of(portrait, pose, roll - params->turn * M_PI / 180);
        const fc_similarity to_levelled =
            fc_similarity_compose(fc_similarity_invert(person.to_photo), frame->to_photo);
        const fc_box whole = { 0, 0, frame->canvas.width, frame->canvas.height };
        frame->ends =
            fc_standing_ends(&person, fc_similarity_apply_box(to_levelled, whole), inside);
    }
}

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_params *params = &portrait->photo->params;
    const bool head = params->framing == FC_FRAMING_HEAD;
    (void)err; /* nothing can go wrong */
    const fc_face_pose pose =
        fc_face_pose_of(&portrait->photo->faces.items[portrait->face_index], portrait->landmarks);
    if (params->preset != 0) {
        fc_document_frame(portrait, &pose, report);
        return FC_OK;
    }
    attempt made = { .roll = pose.roll_rad, .standing.view = fc_frame_rule_face(params) };
    if (head) {
        made = find_standing(portrait, &pose);
    } else {
        lay_frame(portrait, &pose, &made);
    }
    portrait->frame = made.frame;
    if (made.cut > CUT_MIN && !fc_hand_crop_is_wanted(params)) {
        fc_warn(&portrait->warnings,
                "head_cut_off: the top of the head lies %.0f px above the portrait, which has to "
                "stay within the photo",
                made.cut * portrait->frame.canvas.height);
    }
    if (fc_hand_crop_is_wanted(params)) {
        crop_by_hand(portrait, &pose, made.roll);
    }
    keep_from_enlarging(portrait);
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   portrait->frame.roll_deg, fc_similarity_scale(portrait->frame.to_photo));
    describe(&made, &pose, report);
    add(report, fc_hand_crop_is_wanted(params) ? ", by hand" : "");
    return FC_OK;
}
