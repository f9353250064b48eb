#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "ops/attach_alpha.h"
#include "ops/border_fade.h"
#include "ops/clear_hidden.h"
#include "ops/flatten.h"
#include "ops/oval_mask.h"

/* Semi-axes as shares of the framed box, and the width of the soft edge as a share of its shorter
 * side: what the replaced service's Gaussian of 21 px made of a crop of usual size. */
#define OVAL_RADIUS 0.48
#define OVAL_FEATHER 0.06

/* Photo px a canvas px below which one is told: less than half of what the portrait could show. */
#define ENLARGED 0.5

/* The matte itself stays whole: the next portrait may want another background. */
static fc_status cut_oval(const fc_plane *matte, const fc_frame *frame, fc_size photo,
                          fc_plane **out, fc_error *err)
{
    const double shorter =
        frame->inner.width < frame->inner.height ? frame->inner.width : frame->inner.height;
    FC_AUTO(fc_plane) alpha = NULL;
    FC_TRY(
        fc_oval_mask(matte->size, frame->inner, OVAL_RADIUS, OVAL_FEATHER * shorter, &alpha, err));
    const size_t count = (size_t)matte->size.width * (size_t)matte->size.height;
    for (size_t i = 0; i < count; i++) {
        alpha->data[i] *= matte->data[i];
    }
    /* Where the photo ends inside the oval, the person ends as softly as at the oval's edge. */
    fc_border_fade_in_place(alpha, frame->to_photo, photo, OVAL_FEATHER * shorter);
    *out = FC_STEAL(alpha);
    return FC_OK;
}

/* An enlarged photo looks soft, whatever is done: say how much of the face it has. */
static void warn_of_enlarging(fc_portrait *portrait)
{
    const fc_point *points = portrait->photo->faces.items[portrait->face_index].keypoints;
    const fc_point left = points[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = points[FC_KEYPOINT_RIGHT_EYE];
    const double scale = fc_similarity_scale(portrait->frame.to_photo);
    const double eyes_px = hypot(right.x - left.x, right.y - left.y);
    if (scale < ENLARGED) {
        fc_warn(&portrait->warnings,
                "low_resolution: %.0f px between the eyes in the photo, the portrait has %.0f",
                eyes_px, eyes_px / scale);
    }
}

fc_status fc_stage_compose(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    if (portrait->uncut) {
        fc_warn(&portrait->warnings, "the person could not be told from the background, which "
                                     "is left as it is");
        (void)snprintf(report->note, sizeof report->note, "with the photo's own background");
    }
    warn_of_enlarging(portrait);
    const fc_params *params = &portrait->photo->params;
    const uint8_t background[3] = { params->background.red, params->background.green,
                                    params->background.blue };

    FC_AUTO(fc_plane) oval = NULL;
    if (params->use_oval_mask) {
        FC_TRY(
            cut_oval(portrait->matte, &portrait->frame, portrait->photo->facts.size, &oval, err));
    }
    FC_AUTO(fc_image) cutout = NULL;
    FC_TRY(fc_attach_alpha(portrait->person, oval != NULL ? oval : portrait->matte, &cutout, err));
    fc_clear_hidden_in_place(cutout, background);
    FC_TRY(fc_flatten(cutout, background, &portrait->flat, err));
    portrait->cutout = FC_STEAL(cutout);
    return FC_OK;
}
