#include "pipeline/segmenter.h"

#include <math.h>
#include <stdio.h>

#include "base/assert.h"
#include "ops/plain_wall.h"

fc_status fc_segmenter_run(const fc_photo *photo, fc_rough_mask_kind kind, fc_box region,
                           fc_rough_mask *out, fc_error *err)
{
    static const fc_selfie_way WAYS[] = {
        [FC_ROUGH_MASK_SELFIE_FAST] = FC_SELFIE_ONCE,
        [FC_ROUGH_MASK_SELFIE_FINE] = FC_SELFIE_TWICE,
        [FC_ROUGH_MASK_SELFIE_BLURRED] = FC_SELFIE_BLURRED,
        [FC_ROUGH_MASK_SELFIE_NOISY] = FC_SELFIE_NOISY,
    };
    const fc_image *picture = photo->preview->pixels;
    return kind == FC_ROUGH_MASK_U2NET
               ? fc_u2net_model_run(photo->models->u2net, picture, region, &out->mask,
                                    &out->covered, err)
               : fc_selfie_model_run(photo->models->selfie, picture, region, WAYS[kind], &out->mask,
                                     &out->covered, err);
}

/* A wall is evenly lit when 80 % of it is closer to a smooth one than this, levels. Shadows mislead
 * the first look. */
#define EVEN_OFF_MAX 5.0

/* The part of a picture that a box covers, whole px of it, without a copy. */
static fc_image part_of(const fc_image *picture, fc_box box)
{
    const int32_t left = (int32_t)fmax(floor(box.x), 0);
    const int32_t top = (int32_t)fmax(floor(box.y), 0);
    fc_image part = *picture;
    part.size.width = (int32_t)fmin(ceil(box.x + box.width), picture->size.width) - left;
    part.size.height = (int32_t)fmin(ceil(box.y + box.height), picture->size.height) - top;
    part.data = fc_image_row(picture, top) + (ptrdiff_t)picture->channels * left;
    return part;
}

fc_status fc_segmenter_before_plain_wall(const fc_photo *photo, const fc_rough_mask *first,
                                         double face_px, bool *out, fc_error *err)
{
    FC_ASSERT(photo != NULL && first != NULL && first->mask != NULL);
    FC_ASSERT(out != NULL);
    const fc_image part = part_of(photo->preview->pixels, first->covered);
    bool plain = false;
    double off = 0;
    FC_TRY(fc_plain_wall_possible(&part, first->mask, NULL, face_px, &off, &plain, err));
    *out = plain && off < EVEN_OFF_MAX;
    return FC_OK;
}

fc_status fc_segmenter_look_again(const fc_photo *photo, const fc_rough_mask *first,
                                  fc_rough_mask *out, fc_error *err)
{
    FC_ASSERT(photo != NULL && first != NULL && first->mask != NULL);
    FC_ASSERT(out != NULL);
    FC_TRY(fc_selfie_model_look_again(photo->models->selfie, photo->preview->pixels, first->covered,
                                      first->mask, &out->mask, err));
    out->covered = first->covered;
    return FC_OK;
}

fc_box fc_segmenter_box_on_mask(const fc_plane *mask, fc_box covered, fc_box box)
{
    FC_ASSERT(mask != NULL);
    const double across = mask->size.width / covered.width;
    const double down = mask->size.height / covered.height;
    return (fc_box){ (box.x - covered.x) * across, (box.y - covered.y) * down, box.width * across,
                     box.height * down };
}

void fc_segmenter_report(const fc_photo *photo, fc_rough_mask_kind kind, fc_stage_report *report)
{
    const bool u2net = kind == FC_ROUGH_MASK_U2NET;
    report->model = u2net ? "u2net_human_seg" : "selfie_segmentation";
    report->device = u2net ? fc_u2net_model_device(photo->models->u2net)
                           : fc_selfie_model_device(photo->models->selfie);
}

fc_segmenter_choice fc_segmenter_select(fc_mask_confidence doubt, bool installed)
{
    const bool uncertain = doubt.undecided >= FC_MATTE_UNDECIDED_MIN;
    const bool faceless = doubt.face < FC_MATTE_FACE_MIN;
    const bool doubtful = uncertain || faceless;
    fc_segmenter_choice choice = { .u2net = doubtful && installed };
    const char *name = choice.u2net ? "u2net" : "selfie";
    const char *missing = doubtful && !installed ? ", u2net is not installed" : "";
    if (faceless) {
        (void)snprintf(choice.why, sizeof choice.why, "auto: %s, mask holds %.2f of the face%s",
                       name, doubt.face, missing);
    } else {
        (void)snprintf(choice.why, sizeof choice.why, "auto: %s, mask %s %.2f%s", name,
                       uncertain ? "uncertain" : "certain but for", doubt.undecided, missing);
    }
    return choice;
}

fc_status fc_segmenter_requested(const fc_photo *photo, fc_segmenter_choice *out, fc_error *err)
{
    FC_ASSERT(photo != NULL && out != NULL);
    FC_ASSERT(photo->params.matte != FC_MATTE_AUTO);
    const bool u2net = photo->params.matte == FC_MATTE_U2NET;
    if (u2net && photo->models->u2net == NULL) {
        return fc_fail(err, FC_MODEL_UNAVAILABLE,
                       "matte is u2net, but u2net_human_seg.onnx is not installed: auto or selfie");
    }
    out->u2net = u2net;
    (void)snprintf(out->why, sizeof out->why, "%s", u2net ? "u2net" : "selfie");
    return FC_OK;
}
