#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "ops/enhance.h"

fc_status fc_stage_enhance(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_enhance_strength strength = photo->params.enhance_photo == FC_ENHANCE_STRONG
                                             ? FC_ENHANCE_STRENGTH_STRONG
                                             : FC_ENHANCE_STRENGTH_NATURAL;
    fc_image *enhanced = NULL;
    fc_enhance_report did = { 0 };
    FC_TRY(fc_enhance(portrait->canvas, portrait->matte, portrait->frame.face_in_canvas,
                      fc_similarity_scale(portrait->frame.to_photo), strength, &enhanced, &did,
                      err));
    fc_image_free(portrait->canvas);
    portrait->canvas = enhanced;
    fc_enhance_describe(&did, report->note, sizeof report->note);
    return FC_OK;
}
