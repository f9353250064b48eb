#include "pipeline/stage_functions.h"

#include "ops/warp.h"

fc_status fc_stage_warp(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)report;
    const fc_raster *raster = portrait->raster;
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(raster->to_photo), portrait->frame.to_photo);
    FC_TRY(fc_warp(raster->pixels, to_raster, portrait->frame.canvas, &portrait->canvas,
                   &portrait->coverage, err));
    /* Else the canvas holds all that is needed from here on; a detail raster can be tens of MB. */
    if (!fc_wants_restoring(portrait->photo)) {
        fc_portrait_drop_detail(portrait);
    }
    return FC_OK;
}
