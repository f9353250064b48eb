#include "pipeline/stage_functions.h"

#include <stdio.h>

/* A raster this much coarser than the canvas is still fine enough: nobody sees 1.1 times. */
#define COARSER_MAX 1.1

/* Room around the canvas for the resampling kernel, photo px per step of shrinking. */
#define KERNEL_PX 8

static int32_t choose_shrink(double photo_px_per_canvas_px)
{
    int32_t shrink = 1;
    while (shrink < 8 && shrink * 2 <= photo_px_per_canvas_px * COARSER_MAX) {
        shrink *= 2;
    }
    return shrink;
}

static fc_box needed_region(const fc_portrait *portrait, int32_t shrink)
{
    const fc_frame *frame = &portrait->frame;
    const fc_size photo = portrait->photo->facts.size;
    const double pad = KERNEL_PX * shrink;
    fc_box region = fc_similarity_apply_box(
        frame->to_photo, (fc_box){ 0, 0, frame->canvas.width, frame->canvas.height });
    region =
        (fc_box){ region.x - pad, region.y - pad, region.width + 2 * pad, region.height + 2 * pad };
    return fc_box_intersect(region, (fc_box){ 0, 0, photo.width, photo.height });
}

fc_status fc_stage_detail(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const double have = fc_similarity_scale(photo->preview->to_photo);
    const double want = fc_similarity_scale(portrait->frame.to_photo);
    const int32_t shrink = choose_shrink(want);
    const fc_box region = needed_region(portrait, shrink);
    if (have <= want * COARSER_MAX || shrink >= have || region.width < 1 || region.height < 1) {
        (void)snprintf(report->note, sizeof report->note, "the preview is fine enough");
        return FC_OK;
    }
    const fc_colour background = photo->params.background;
    const fc_decode_request request = {
        .shrink = shrink,
        .region = region,
        .background = { background.red, background.green, background.blue },
    };
    FC_TRY(fc_decode(photo->file, &photo->facts, &request, &portrait->detail, err));
    (void)snprintf(report->note, sizeof report->note, "1/%d, %d x %d px", shrink,
                   portrait->detail->pixels->size.width, portrait->detail->pixels->size.height);
    return FC_OK;
}
