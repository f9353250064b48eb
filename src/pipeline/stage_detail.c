#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "models/face_template.h"
#include "pipeline/wants.h"

/* A raster this much coarser than the canvas is still fine enough: nobody sees 1.1 times. */
#define COARSER_MAX 1.1

static int32_t choose_shrink(double photo_px_per_canvas_px)
{
    int32_t shrink = 1;
    while (shrink < 8 && shrink * 2 <= photo_px_per_canvas_px * COARSER_MAX) {
        shrink *= 2;
    }
    return shrink;
}

/* The smallest box around two. */
static fc_box around(fc_box a, fc_box b)
{
    const double left = fmin(a.x, b.x);
    const double top = fmin(a.y, b.y);
    return (fc_box){ left, top, fmax(a.x + a.width, b.x + b.width) - left,
                     fmax(a.y + a.height, b.y + b.height) - top };
}

/* What restoration cuts out of the photo: a square around the face, whatever the canvas shows. */
static fc_box with_face_square(const fc_portrait *portrait, fc_box region)
{
    fc_similarity to_square = FC_SIMILARITY_IDENTITY;
    if (!fc_face_template_place(portrait->landmarks, &to_square)) {
        return region;
    }
    const fc_box square = { 0, 0, FC_CODEFORMER_SIDE, FC_CODEFORMER_SIDE };
    return around(region, fc_similarity_apply_box(fc_similarity_invert(to_square), square));
}

/* `room` widens what the canvas shows. Check and restoration look at the same surroundings whatever
 * the canvas shows of them. */
static fc_box needed_region(const fc_portrait *portrait, int32_t shrink, double room)
{
    const fc_frame *frame = &portrait->frame;
    const fc_size photo = portrait->photo->facts.size;
    const double width = frame->canvas.width * room;
    const double height = frame->canvas.height * room;
    const fc_box shown = { (frame->canvas.width - width) / 2, (frame->canvas.height - height) / 2,
                           width, height };
    const double pad = FC_DETAIL_ROOM_PX * shrink;
    fc_box region = fc_similarity_apply_box(frame->to_photo, shown);
    if (fc_wants_check(portrait->photo)) {
        const fc_box looked_at = { 0, 0, FC_CHECK_WIDTH, FC_CHECK_HEIGHT };
        region =
            around(region, fc_similarity_apply_box(fc_check_place(portrait->landmarks), looked_at));
    }
    if (fc_wants_restoring(portrait->photo)) {
        region = with_face_square(portrait, region);
    }
    region =
        (fc_box){ region.x - pad, region.y - pad, region.width + 2 * pad, region.height + 2 * pad };
    return fc_box_intersect(region, (fc_box){ 0, 0, photo.width, photo.height });
}

static bool covers(const fc_raster *raster, fc_box region)
{
    if (raster == NULL) {
        return false;
    }
    const fc_size size = raster->pixels->size;
    const fc_box has =
        fc_similarity_apply_box(raster->to_photo, (fc_box){ 0, 0, size.width, size.height });
    return has.x <= region.x && has.y <= region.y && has.x + has.width >= region.x + region.width &&
           has.y + has.height >= region.y + region.height;
}

static fc_status decode_region(const fc_photo *photo, int32_t shrink, fc_box region,
                               fc_raster **out, fc_error *err)
{
    const fc_background background = photo->params.background;
    const fc_decode_request request = {
        .shrink = shrink,
        .region = region,
        .background = { background.red, background.green, background.blue },
    };
    return fc_photo_decode_part(photo, &request, out, err);
}

/* A raster that is to be kept shows as much as any frame would show at this reduction. */
static fc_status take_detail(fc_portrait *portrait, int32_t shrink, double want, bool *known,
                             fc_error *err)
{
    const fc_box region = needed_region(portrait, shrink, 1);
    fc_raster **kept = &portrait->found.details[__builtin_ctz((unsigned)shrink)];
    *known = covers(*kept, region);
    if (portrait->found.keep && *kept == NULL) {
        const double room = 2 * shrink / (COARSER_MAX * want);
        FC_TRY(decode_region(portrait->photo, shrink,
                             needed_region(portrait, shrink, room > 1 ? room : 1), kept, err));
    }
    if (covers(*kept, region)) {
        portrait->raster = *kept;
        return FC_OK;
    }
    FC_TRY(decode_region(portrait->photo, shrink, region, &portrait->detail, err));
    portrait->raster = portrait->detail;
    return FC_OK;
}

static fc_status find_raster(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const double have = fc_similarity_scale(photo->preview->to_photo);
    const double want = fc_similarity_scale(portrait->frame.to_photo);
    const int32_t shrink = choose_shrink(want);
    const fc_box region = needed_region(portrait, shrink, 1);
    if (have <= want * COARSER_MAX || shrink >= have || region.width < 1 || region.height < 1) {
        portrait->raster = photo->preview;
        (void)snprintf(report->note, sizeof report->note, "the preview is fine enough");
        return FC_OK;
    }
    bool known = false;
    FC_TRY(take_detail(portrait, shrink, want, &known, err));
    (void)snprintf(report->note, sizeof report->note, "%s1/%d, %d x %d px", known ? "known; " : "",
                   shrink, portrait->raster->pixels->size.width,
                   portrait->raster->pixels->size.height);
    return FC_OK;
}

/* What a format keeps of the photo is not there along with the canvas: another face, which is rare,
 * opens the file again. */
fc_status fc_stage_detail(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    FC_TRY(find_raster(portrait, report, err));
    fc_photo_end_decoding(portrait->photo);
    return FC_OK;
}
