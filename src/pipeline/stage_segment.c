#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "ops/mask_doubt.h"
#include "pipeline/matte_look.h"
#include "pipeline/matte_region.h"

/* Ask a network, unless its mask of this face is known. */
static fc_status know(fc_portrait *portrait, fc_coarse_kind kind, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    fc_coarse *coarse = &portrait->found.coarse[kind];
    return coarse->mask != NULL
               ? FC_OK
               : fc_matte_look(photo, kind, fc_matte_region(face, photo->preview), coarse, err);
}

/* A box of the canvas in px of the mask; where the frame is turned, the box around it. */
static fc_box on_mask(const fc_portrait *portrait, const fc_coarse *coarse, fc_box box)
{
    const fc_similarity to_preview = fc_similarity_compose(
        fc_similarity_invert(portrait->photo->preview->to_photo), portrait->frame.to_photo);
    return fc_matte_on_mask(coarse->mask, coarse->covered,
                            fc_similarity_apply_box(to_preview, box));
}

static fc_matte_choice choose(const fc_portrait *portrait, const fc_coarse *selfie)
{
    const fc_frame *frame = &portrait->frame;
    const fc_box canvas = { 0, 0, frame->canvas.width, frame->canvas.height };
    const fc_mask_doubt doubt =
        fc_mask_doubt_measure(selfie->mask, on_mask(portrait, selfie, canvas),
                              on_mask(portrait, selfie, frame->face_in_canvas));
    return fc_matte_choose(doubt, portrait->photo->models->u2net != NULL);
}

/* Selfie first; where its mask is in doubt and u2net is there, that one's instead. */
static fc_status look_as_needed(fc_portrait *portrait, fc_coarse_kind selfie,
                                fc_matte_choice *choice, fc_error *err)
{
    FC_TRY(know(portrait, selfie, err));
    *choice = choose(portrait, &portrait->found.coarse[selfie]);
    return choice->u2net ? know(portrait, FC_COARSE_U2NET, err) : FC_OK;
}

static fc_status look_as_asked(fc_portrait *portrait, fc_coarse_kind selfie,
                               fc_matte_choice *choice, fc_error *err)
{
    if (portrait->photo->params.matte == FC_MATTE_AUTO) {
        return look_as_needed(portrait, selfie, choice, err);
    }
    FC_TRY(fc_matte_obey(portrait->photo, choice, err));
    return know(portrait, choice->u2net ? FC_COARSE_U2NET : selfie, err);
}

fc_status fc_stage_segment(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_coarse_kind selfie = photo->params.matte_quality == FC_MATTE_FINE
                                      ? FC_COARSE_SELFIE_FINE
                                      : FC_COARSE_SELFIE_FAST;
    fc_matte_choice choice = { 0 };
    const fc_findings known = portrait->found;
    FC_TRY(look_as_asked(portrait, selfie, &choice, err));
    portrait->coarse = choice.u2net ? FC_COARSE_U2NET : selfie;
    fc_matte_report(photo, portrait->coarse, report);
    (void)snprintf(report->note, sizeof report->note, "%s%s",
                   known.coarse[portrait->coarse].mask != NULL ? "known; " : "", choice.why);
    return FC_OK;
}
