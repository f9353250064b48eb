#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "pipeline/matte_region.h"

fc_status fc_stage_segment(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_choice quality = photo->params.matte_quality;
    fc_coarse *coarse = &portrait->found.coarse[quality];
    report->model = "selfie_segmentation";
    report->device = fc_selfie_model_device(photo->models->selfie);
    if (coarse->mask != NULL) {
        (void)snprintf(report->note, sizeof report->note, "known");
        return FC_OK;
    }
    const fc_face *face = &photo->faces.items[portrait->face_index];
    const bool fine = quality == FC_MATTE_FINE;
    FC_TRY(fc_selfie_model_run(photo->models->selfie, photo->preview->pixels,
                               fc_matte_region(face, photo->preview), fine, &coarse->mask,
                               &coarse->covered, err));
    (void)snprintf(report->note, sizeof report->note, "%s", fine ? "two looks" : "one look");
    return FC_OK;
}
