/* One crop for all measures of the check, from the finest raster that the portrait has. */
#include "ops/warp.h"
#include "pipeline/stage_functions.h"

bool fc_wants_check(const fc_photo *photo)
{
    return photo->params.check || (photo->outputs & FC_OUTPUT_CHECK) != 0;
}

fc_status fc_stage_crop(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    (void)report;
    if (portrait->found.has_check) {
        return FC_OK;
    }
    const fc_similarity to_photo = fc_check_place(portrait->landmarks);
    const fc_photo *photo = portrait->photo;
    const fc_raster *raster = portrait->raster != NULL ? portrait->raster : photo->preview;
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(raster->to_photo), to_photo);
    const fc_size size = { FC_CHECK_WIDTH, FC_CHECK_HEIGHT };
    FC_TRY(
        fc_warp(raster->pixels, to_raster, size, &portrait->crop, &portrait->crop_coverage, err));
    portrait->crop_to_photo = to_photo;
    return FC_OK;
}
