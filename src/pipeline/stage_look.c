#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "pipeline/matte_region.h"
#include "pipeline/segmenter.h"
#include "pipeline/wants.h"

/* Whatever `segment` decides, it begins with this look, unless u2net was asked for by name. */
fc_status fc_stage_look(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    fc_rough_mask *first = &portrait->found.coarse[FC_ROUGH_MASK_SELFIE_FAST];
    if (!fc_wants_rough_mask(photo) || photo->params.matte == FC_MATTE_U2NET) {
        (void)snprintf(report->note, sizeof report->note, "not needed");
        return FC_OK;
    }
    fc_segmenter_report(photo, FC_ROUGH_MASK_SELFIE_FAST, report);
    if (first->mask != NULL) {
        (void)snprintf(report->note, sizeof report->note, "known");
        return FC_OK;
    }
    FC_TRY(fc_segmenter_run(photo, FC_ROUGH_MASK_SELFIE_FAST, fc_matte_region(face, photo->preview),
                            first, err));
    portrait->looked = true;
    return FC_OK;
}
