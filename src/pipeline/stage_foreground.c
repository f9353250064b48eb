#include "pipeline/stage_functions.h"

#include <stdio.h>
#include <string.h>

#include "ops/attach_alpha.h"
#include "ops/box_blur.h"
#include "ops/foreground.h"

/* Hair that the matte leaves out lies within this share of the face's height around it. */
#define MARGIN 0.03

/* From this much person on, nothing of a px goes into the blurred background. */
#define PERSON_MAX 0.2F

/* The photo's own background: the canvas is what there is, person and all. */
static void take_canvas(fc_portrait *portrait)
{
    fc_plane_free(portrait->matte);
    portrait->matte = portrait->coverage;
    portrait->coverage = NULL;
    portrait->person = portrait->canvas;
    portrait->canvas = NULL;
}

/* How surely each px is background, and how much of it lies in the photo. */
static fc_status weigh_ground(const fc_portrait *portrait, fc_plane **out, fc_error *err)
{
    const fc_plane *matte = portrait->matte;
    const double face = portrait->frame.face_in_canvas.height;
    FC_AUTO(fc_plane) weight = NULL;
    FC_TRY(fc_plane_new(matte->size, &weight, err));
    memcpy(weight->data, matte->data, fc_plane_bytes(matte));
    FC_TRY(fc_box_blur_in_place(weight->data, 1, weight->size, (int32_t)(MARGIN * face), err));
    const size_t count = (size_t)matte->size.width * (size_t)matte->size.height;
    for (size_t i = 0; i < count; i++) {
        const float person = weight->data[i] > matte->data[i] ? weight->data[i] : matte->data[i];
        const float share = person < PERSON_MAX ? 1 - person / PERSON_MAX : 0;
        weight->data[i] = share * portrait->coverage->data[i];
    }
    *out = FC_STEAL(weight);
    return FC_OK;
}

static fc_status keep_ground(fc_portrait *portrait, fc_error *err)
{
    FC_AUTO(fc_plane) weight = NULL;
    FC_TRY(weigh_ground(portrait, &weight, err));
    return fc_attach_alpha(portrait->canvas, weight, &portrait->ground, err);
}

/* Edge colours come from the matte alone: the oval cuts the person, not the background. */
fc_status fc_stage_foreground(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_background_kind kind = portrait->photo->params.background.kind;
    if (kind == FC_BACKGROUND_KEEP) {
        (void)snprintf(report->note, sizeof report->note, "with the photo's own background");
        take_canvas(portrait);
        return FC_OK;
    }
    FC_AUTO(fc_image) person = NULL;
    FC_AUTO(fc_plane) trust = NULL;
    if (portrait->keyed) {
        FC_TRY(fc_foreground_trust(portrait->matte, &trust, err));
    }
    FC_TRY(fc_foreground(portrait->canvas, trust != NULL ? trust : portrait->matte,
                         portrait->frame.face_in_canvas.height, &person, err));
    if (kind == FC_BACKGROUND_BLUR) {
        FC_TRY(keep_ground(portrait, err));
    }
    portrait->person = FC_STEAL(person);
    return FC_OK;
}
