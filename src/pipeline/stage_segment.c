#include "pipeline/stage_functions.h"

#include <stdio.h>
#include <string.h>

#include "ops/mask_confidence.h"
#include "pipeline/face_pose.h"
#include "pipeline/matte_region.h"
#include "pipeline/segmenter.h"
#include "pipeline/wants.h"

/* What the segmentation network does differently where it leaves the face out, for the note. */
static const char *const WAYS[FC_ROUGH_MASK_COUNT] = {
    [FC_ROUGH_MASK_SELFIE_FAST] = "one look",
    [FC_ROUGH_MASK_SELFIE_FINE] = "two looks",
    [FC_ROUGH_MASK_SELFIE_BLURRED] = "sharpened",
    [FC_ROUGH_MASK_SELFIE_NOISY] = "smoothed",
    [FC_ROUGH_MASK_U2NET] = "u2net",
};

/* What counts when a mask is judged, whatever is framed later: what the old rule shows of a face
 * on a square canvas, and the face; levelled coordinates. */
static const fc_box SHOWN = { -0.875, -0.95, 1.75, 1.75 };
static const fc_box FACE = { -0.5, -0.5, 1, 1 };

/* Ask a network, unless its mask of this face is known. */
static fc_status know(fc_portrait *portrait, fc_rough_mask_kind kind, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    fc_rough_mask *coarse = &portrait->found.coarse[kind];
    return coarse->mask != NULL
               ? FC_OK
               : fc_segmenter_run(photo, kind, fc_matte_region(face, photo->preview), coarse, err);
}

/* Where the face leans, what counts is the box around it. */
static fc_mask_confidence doubt_of(const fc_portrait *portrait, fc_rough_mask_kind kind)
{
    const fc_photo *photo = portrait->photo;
    const fc_rough_mask *rough = &portrait->found.coarse[kind];
    const fc_face_pose pose =
        fc_face_pose_of(&photo->faces.items[portrait->face_index], portrait->landmarks);
    const fc_similarity to_preview =
        fc_similarity_compose(fc_similarity_invert(photo->preview->to_photo),
                              fc_face_pose_to_photo(&pose, pose.roll_rad));
    const fc_box shown = fc_similarity_apply_box(to_preview, SHOWN);
    const fc_box face = fc_similarity_apply_box(to_preview, FACE);
    return fc_mask_confidence_measure(rough->mask,
                                      fc_segmenter_box_on_mask(rough->mask, rough->covered, shown),
                                      fc_segmenter_box_on_mask(rough->mask, rough->covered, face));
}

/* Selfie first; where its mask is in doubt and u2net is there, that one's instead. */
static fc_status look_as_needed(fc_portrait *portrait, fc_rough_mask_kind selfie,
                                fc_segmenter_choice *choice, fc_error *err)
{
    FC_TRY(know(portrait, selfie, err));
    *choice =
        fc_segmenter_select(doubt_of(portrait, selfie), portrait->photo->models->u2net != NULL);
    return choice->u2net ? know(portrait, FC_ROUGH_MASK_U2NET, err) : FC_OK;
}

static fc_status look_as_asked(fc_portrait *portrait, fc_rough_mask_kind selfie,
                               fc_segmenter_choice *choice, fc_error *err)
{
    if (portrait->photo->params.matte == FC_MATTE_AUTO) {
        return look_as_needed(portrait, selfie, choice, err);
    }
    FC_TRY(fc_segmenter_requested(portrait->photo, choice, err));
    return know(portrait, choice->u2net ? FC_ROUGH_MASK_U2NET : selfie, err);
}

/* The face is not in the mask: another look may have it, at the photo made clearer. The one that
 * holds the face and leaves least undecided is taken. */
static fc_status look_otherwise(fc_portrait *portrait, fc_mask_confidence *best, fc_error *err)
{
    static const fc_rough_mask_kind OTHERS[] = { FC_ROUGH_MASK_SELFIE_FAST,
                                                 FC_ROUGH_MASK_SELFIE_BLURRED,
                                                 FC_ROUGH_MASK_SELFIE_NOISY };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        FC_TRY(know(portrait, OTHERS[i], err));
        const fc_mask_confidence doubt = doubt_of(portrait, OTHERS[i]);
        if (doubt.face >= FC_MATTE_FACE_MIN && fc_matte_is_better(doubt, *best)) {
            *best = doubt;
            portrait->coarse = OTHERS[i];
        }
    }
    return FC_OK;
}

/* Tell whether the mask holds the face, and look again where it does not. */
static fc_status check_face(fc_portrait *portrait, fc_stage_report *report, const char *why,
                            fc_error *err)
{
    const fc_rough_mask_kind asked = portrait->coarse;
    fc_mask_confidence doubt = doubt_of(portrait, asked);
    if (doubt.face < FC_MATTE_FACE_MIN && portrait->photo->params.matte != FC_MATTE_U2NET) {
        FC_TRY(look_otherwise(portrait, &doubt, err));
    }
    portrait->uncut = doubt.face < FC_MATTE_FACE_MIN;
    (void)snprintf(report->note, sizeof report->note, "%s", why);
    const size_t length = strlen(report->note);
    char *end = report->note + length;
    if (portrait->uncut) {
        (void)snprintf(end, sizeof report->note - length, "; not cut out: %.2f", doubt.face);
    } else if (portrait->coarse != asked) {
        (void)snprintf(end, sizeof report->note - length, "; %s: %.2f", WAYS[portrait->coarse],
                       doubt.face);
    }
    return FC_OK;
}

/* Less than this of the first look's mask has to be undecided for a second one to be left out. */
#define CERTAIN 0.033

/* Which look of selfie's a fine matte takes: the second one, unless the first is certain and the
 * wall a plain one. */
static fc_status choose_look(fc_portrait *portrait, fc_rough_mask_kind *selfie, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    fc_rough_mask *fine = &portrait->found.coarse[FC_ROUGH_MASK_SELFIE_FINE];
    if (*selfie != FC_ROUGH_MASK_SELFIE_FINE || fine->mask != NULL ||
        photo->params.matte == FC_MATTE_U2NET) {
        return FC_OK;
    }
    FC_TRY(know(portrait, FC_ROUGH_MASK_SELFIE_FAST, err));
    const fc_rough_mask *first = &portrait->found.coarse[FC_ROUGH_MASK_SELFIE_FAST];
    const fc_face *face = &photo->faces.items[portrait->face_index];
    bool enough = false;
    if (doubt_of(portrait, FC_ROUGH_MASK_SELFIE_FAST).undecided < CERTAIN) {
        FC_TRY(fc_segmenter_before_plain_wall(photo, first, fc_matte_face_px(face, photo->preview),
                                              &enough, err));
    }
    if (enough) {
        *selfie = FC_ROUGH_MASK_SELFIE_FAST;
        return FC_OK;
    }
    return fc_segmenter_look_again(photo, first, fine, err);
}

fc_status fc_stage_segment(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    if (!fc_wants_rough_mask(photo)) {
        (void)snprintf(report->note, sizeof report->note, "not needed");
        return FC_OK;
    }
    /* Where the head ends, and what the person looks like, takes no second look. */
    fc_rough_mask_kind selfie =
        fc_wants_fine_edges(photo) ? FC_ROUGH_MASK_SELFIE_FINE : FC_ROUGH_MASK_SELFIE_FAST;
    fc_segmenter_choice choice = { 0 };
    const fc_face_cache before = portrait->found;
    FC_TRY(choose_look(portrait, &selfie, err));
    FC_TRY(look_as_asked(portrait, selfie, &choice, err));
    portrait->coarse = choice.u2net ? FC_ROUGH_MASK_U2NET : selfie;
    const bool known = before.coarse[portrait->coarse].mask != NULL &&
                       !(portrait->looked && portrait->coarse == FC_ROUGH_MASK_SELFIE_FAST);
    char why[sizeof choice.why + 8];
    (void)snprintf(why, sizeof why, "%s%s", known ? "known; " : "", choice.why);
    FC_TRY(check_face(portrait, report, why, err));
    fc_segmenter_report(photo, portrait->coarse, report);
    return FC_OK;
}
