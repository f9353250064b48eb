#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/face_pose.h"
#include "pipeline/frame_rule.h"
#include "pipeline/standing.h"

/* What is given up of levelling the eyes, so that the slant of the photo's end can be hidden. */
#define SLANT_MAX_DEG 4

/* Head room beyond what is allowed that is not worth a degree of the eyes' level. */
#define EXCESS_MIN 0.02

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
} attempt;

static attempt try_roll(const fc_portrait *portrait, const fc_face_pose *pose, double roll)
{
    const fc_params *params = &portrait->photo->params;
    const fc_levelled_person person = fc_levelled_person_of(portrait, pose, roll);
    attempt made = { .roll = roll };
    made.head = fc_head_extent_find(&person, &portrait->photo->faces.items[portrait->face_index],
                                    portrait->landmarks);
    const fc_box view = fc_frame_rule_head(fc_frame_rule_face(params), &made.head, params);
    /* Where the background stays, the photo's end shows even where nobody is. */
    made.standing = fc_standing_find(&person, &made.head, view,
                                     fc_frame_rule_room(&made.head, params), portrait->uncut);
    return made;
}

static double cost_of(const attempt *made)
{
    return __builtin_popcount(made->standing.ends) + made->standing.excess;
}

/* Level; less so where the person stands only then. */
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
    if (made->standing.ends != 0) {
        add(report, ", photo ends inside");
    }
}

fc_status fc_stage_frame(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)err;
    const fc_params *params = &portrait->photo->params;
    const bool head = params->framing == FC_FRAMING_HEAD;
    const fc_face_pose pose =
        fc_face_pose_of(&portrait->photo->faces.items[portrait->face_index], portrait->landmarks);
    attempt made = { .roll = pose.roll_rad, .standing.view = fc_frame_rule_face(params) };
    if (head) {
        made = find_standing(portrait, &pose);
    }
    const fc_box view = made.standing.view;
    const fc_box oval = fc_frame_rule_oval(view, head ? &made.head : NULL, params);
    portrait->frame = frame_of(&pose, made.roll, view, oval, params);
    portrait->frame.ends = made.standing.ends;
    (void)snprintf(report->note, sizeof report->note, "turned %.1f degrees, %.2f photo px a px",
                   portrait->frame.roll_deg, fc_similarity_scale(portrait->frame.to_photo));
    describe(&made, &pose, report);
    return FC_OK;
}
