/**
 * Segmenter: ask a segmentation network for the rough mask of a part of the preview, and decide
 * between the networks. The stages `segment`, `photo_matte` and `cutout` share it. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "ops/mask_confidence.h"
#include "pipeline/portrait.h"

/** A mask is in doubt from so much undecided on, or where it holds less of the face. */
#define FC_MATTE_UNDECIDED_MIN 0.06
#define FC_MATTE_FACE_MIN 0.7

/**
 * The rough mask of a part of the photo.
 *
 * kind     its model is loaded
 * region   px of the preview
 * out      owner: caller. Untouched on failure
 *
 * Errors: those of the networks.
 */
FC_MUST_CHECK fc_status fc_segmenter_run(const fc_photo *photo, fc_rough_mask_kind kind,
                                         fc_box region, fc_rough_mask *out, fc_error *err);

/**
 * Whether a face is before a plain, evenly lit wall: there colours show the edges
 * (ops/colour_key.h), and selfie's first look is enough.
 *
 * first    FC_ROUGH_MASK_SELFIE_FAST
 * face_px  height of the face, px of the preview
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: about 0.2 ms.
 */
FC_MUST_CHECK fc_status fc_segmenter_before_plain_wall(const fc_photo *photo,
                                                       const fc_rough_mask *first, double face_px,
                                                       bool *out, fc_error *err);

/**
 * Selfie's second look, after the first.
 *
 * first   FC_ROUGH_MASK_SELFIE_FAST
 * out     FC_ROUGH_MASK_SELFIE_FINE. Owner: caller. Untouched on failure
 *
 * Errors: those of the network.
 */
FC_MUST_CHECK fc_status fc_segmenter_look_again(const fc_photo *photo, const fc_rough_mask *first,
                                                fc_rough_mask *out, fc_error *err);

/** A box of the preview in px of a rough mask that covers `covered` of it. */
fc_box fc_segmenter_box_on_mask(const fc_plane *mask, fc_box covered, fc_box box);

/** Fill in model and device of a report. */
void fc_segmenter_report(const fc_photo *photo, fc_rough_mask_kind kind, fc_stage_report *report);

/** Which network looks, and why. */
typedef struct fc_segmenter_choice {
    bool u2net;
    char why[72]; /* such as "auto: u2net, mask uncertain 0.23" */
} fc_segmenter_choice;

/**
 * Take the network that params.matte names; it is not `auto`.
 *
 * Errors: FC_MODEL_UNAVAILABLE (u2net is not installed).
 */
FC_MUST_CHECK fc_status fc_segmenter_requested(const fc_photo *photo, fc_segmenter_choice *out,
                                               fc_error *err);

/**
 * Decide by selfie's mask whether u2net is asked as well.
 *
 * A mask is in doubt when FC_MATTE_UNDECIDED_MIN of it is undecided, or when it holds less than
 * FC_MATTE_FACE_MIN of the face. docs/decisions/0004-when-u2net-is-asked.md has the numbers.
 *
 * installed   u2net is there; else the answer is no, and `why` says so where it matters
 */
fc_segmenter_choice fc_segmenter_select(fc_mask_confidence doubt, bool installed);

/** Whether one mask is better than another by what it holds of the face and leaves undecided. */
static inline bool fc_matte_is_better(fc_mask_confidence mask, fc_mask_confidence other)
{
    return mask.face - mask.undecided > other.face - other.undecided;
}
