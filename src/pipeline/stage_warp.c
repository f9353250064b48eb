#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>

#include "ops/deblock.h"
#include "ops/resample.h"
#include "ops/warp.h"
#include "pipeline/wants.h"

/* Photo px a canvas px below which blocks of compression become so large that they are seen. */
#define ENLARGED (2.0 / 3)

/* Room around the canvas, px of the raster: so much that nothing shows where the copy ends; and
 * less than every raster has, because blocks are measured in all of the copy. */
#define ROOM_PX 16
_Static_assert(ROOM_PX + 2 <= FC_DETAIL_ROOM_PX, "the copy would depend on the raster's edges");

/* Whole px of the raster that the canvas shows, and some room; empty where it shows none. */
static fc_box shown(const fc_image *pixels, fc_similarity to_raster, fc_size canvas)
{
    const fc_box box =
        fc_similarity_apply_box(to_raster, (fc_box){ 0, 0, canvas.width, canvas.height });
    const double left = floor(box.x) - ROOM_PX;
    const double top = floor(box.y) - ROOM_PX;
    const fc_box roomy = { left, top, ceil(box.x + box.width) + ROOM_PX - left,
                           ceil(box.y + box.height) + ROOM_PX - top };
    return fc_box_intersect(roomy, (fc_box){ 0, 0, pixels->size.width, pixels->size.height });
}

/* A copy of what is shown without the blocks of JPEG, where they are seen; else NULL. */
static fc_status deblock(const fc_image *pixels, fc_box region, fc_stage_report *report,
                         fc_image **out, fc_error *err)
{
    const fc_size size = { (int32_t)region.width, (int32_t)region.height };
    FC_AUTO(fc_image) copy = NULL;
    FC_TRY(fc_resample(pixels, region, size, &copy, err));
    const fc_blocks blocks = fc_deblock_measure(copy);
    if (blocks.step > 0) {
        fc_deblock_in_place(copy, &blocks);
        (void)snprintf(report->note, sizeof report->note, "blocks of %.1f levels smoothed",
                       blocks.step);
        *out = FC_STEAL(copy);
    }
    return FC_OK;
}

static fc_status warp(fc_portrait *portrait, const fc_image *pixels, fc_similarity to_pixels,
                      fc_error *err)
{
    return fc_warp(pixels, to_pixels, portrait->frame.canvas, &portrait->canvas,
                   &portrait->coverage, err);
}

static fc_status warp_enlarged(fc_portrait *portrait, const fc_image *pixels,
                               fc_similarity to_raster, fc_stage_report *report, fc_error *err)
{
    const fc_box region = shown(pixels, to_raster, portrait->frame.canvas);
    FC_AUTO(fc_image) clean = NULL;
    if (region.width >= 1 && region.height >= 1) {
        FC_TRY(deblock(pixels, region, report, &clean, err));
    }
    if (clean == NULL) {
        return warp(portrait, pixels, to_raster, err);
    }
    const fc_similarity to_clean = { 1, 0, -region.x, -region.y };
    return warp(portrait, clean, fc_similarity_compose(to_clean, to_raster), err);
}

fc_status fc_stage_warp(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_raster *raster = portrait->raster;
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(raster->to_photo), portrait->frame.to_photo);
    FC_TRY(fc_wants_enhancing(portrait->photo) && fc_similarity_scale(to_raster) < ENLARGED
               ? warp_enlarged(portrait, raster->pixels, to_raster, report, err)
               : warp(portrait, raster->pixels, to_raster, err));
    /* Else the canvas holds all that is needed from here on; a detail raster can be tens of MB. */
    if (!fc_wants_restoring(portrait->photo)) {
        fc_portrait_drop_detail(portrait);
    }
    return FC_OK;
}
