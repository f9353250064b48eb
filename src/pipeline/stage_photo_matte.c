#include "pipeline/stage_functions.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "image/encode.h"
#include "ops/matte_refine.h"
#include "ops/plane_place.h"
#include "pipeline/face_outline.h"
#include "pipeline/matte_region.h"
#include "pipeline/segmenter.h"
#include "pipeline/wants.h"

/*
 * The mask of the whole photo: the close look around the face, and a look at the whole picture
 * where that one does not reach, refined together at the preview's scale and enlarged to the
 * photo's.
 */

/* Width of the strip over which the close look hands over to the wide one, in face heights. */
#define HANDOVER 0.25

/* The mask of a part of the preview, at the preview's size. */
static fc_status look(const fc_photo *photo, fc_rough_mask_kind kind, fc_box region,
                      fc_box *covered, fc_plane **out, fc_error *err)
{
    fc_rough_mask coarse = { 0 };
    FC_TRY(fc_segmenter_run(photo, kind, region, &coarse, err));
    FC_AUTO(fc_plane) mask = coarse.mask;
    *covered = coarse.covered;
    return fc_plane_place(mask, coarse.covered, FC_SIMILARITY_IDENTITY,
                          photo->preview->pixels->size, out, err);
}

/* How far inside the box a pixel lies, as a share of the hand-over strip. A side of the box that
 * is also a side of the picture has nothing to hand over to. */
static float inside_weight(fc_box box, fc_size picture, double strip, double x, double y)
{
    const double left = box.x <= 0 ? strip : x - box.x;
    const double top = box.y <= 0 ? strip : y - box.y;
    const double right = box.x + box.width >= picture.width ? strip : box.x + box.width - x;
    const double bottom = box.y + box.height >= picture.height ? strip : box.y + box.height - y;
    const double nearest = fmin(fmin(left, right), fmin(top, bottom));
    return (float)fmin(fmax(nearest / strip, 0), 1);
}

static void hand_over(fc_plane *wide, const fc_plane *close, fc_box covered, double strip)
{
    for (int32_t y = 0; y < wide->size.height; y++) {
        float *row = fc_plane_row(wide, y);
        const float *close_row = fc_plane_row(close, y);
        for (int32_t x = 0; x < wide->size.width; x++) {
            const float weight = inside_weight(covered, wide->size, strip, x + 0.5, y + 0.5);
            row[x] += weight * (close_row[x] - row[x]);
        }
    }
}

static fc_status coarse_matte(const fc_portrait *portrait, fc_rough_mask_kind kind, fc_plane **out,
                              fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_raster *preview = photo->preview;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    const fc_size size = preview->pixels->size;
    FC_AUTO(fc_plane) wide = NULL;
    FC_AUTO(fc_plane) close = NULL;
    fc_box covered = { 0 };
    FC_TRY(look(photo, kind, (fc_box){ 0, 0, size.width, size.height }, &covered, &wide, err));
    FC_TRY(look(photo, kind, fc_matte_region(face, preview), &covered, &close, err));
    hand_over(wide, close, covered, HANDOVER * fc_matte_face_px(face, preview));
    const fc_outline in_photo = fc_face_outline(face, portrait->landmarks);
    const fc_outline outline = fc_outline_apply(fc_similarity_invert(preview->to_photo), &in_photo);
    fc_outline_raise(wide, &outline, FC_MATTE_SURE);
    *out = FC_STEAL(wide);
    return FC_OK;
}

static fc_status to_grey(const fc_plane *matte, fc_image **out, fc_error *err)
{
    fc_image *grey = NULL;
    FC_TRY(fc_image_new(matte->size, 1, &grey, err));
    for (int32_t y = 0; y < matte->size.height; y++) {
        const float *from = fc_plane_row(matte, y);
        uint8_t *to = fc_image_row(grey, y);
        for (int32_t x = 0; x < matte->size.width; x++) {
            to[x] = (uint8_t)(from[x] * 255.0f + 0.5f);
        }
    }
    *out = grey;
    return FC_OK;
}

static fc_status write_png(fc_portrait *portrait, const fc_image *grey, fc_error *err)
{
    portrait->matte_png = FC_BUFFER(FC_PORTRAIT_BYTES_MAX);
    return fc_encode_png(grey, &portrait->matte_png, err);
}

/* As the portrait shows it: nothing is cut away. */
static fc_status write_all(fc_portrait *portrait, fc_error *err)
{
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(fc_image_new(portrait->photo->facts.size, 1, &grey, err));
    memset(grey->data, 255, grey->stride * (size_t)grey->size.height);
    return write_png(portrait, grey, err);
}

fc_status fc_stage_photo_matte(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_raster *preview = photo->preview;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    const bool fine = fc_wants_fine_edges(photo);
    const fc_rough_mask_kind kind = !fine && portrait->coarse == FC_ROUGH_MASK_SELFIE_FAST
                                        ? FC_ROUGH_MASK_SELFIE_FINE
                                        : portrait->coarse;
    if (portrait->uncut) {
        (void)snprintf(report->note, sizeof report->note, "not cut out");
        return write_all(portrait, err);
    }
    fc_segmenter_report(photo, kind, report);

    FC_AUTO(fc_plane) coarse = NULL;
    FC_AUTO(fc_plane) refined = NULL;
    FC_AUTO(fc_plane) placed = NULL;
    FC_AUTO(fc_image) grey = NULL;
    FC_TRY(coarse_matte(portrait, kind, &coarse, err));
    FC_AUTO(fc_plain_wall) wall = NULL;
    const double face_px = fc_matte_face_px(face, preview);
    if (fine) {
        FC_TRY(fc_plain_wall_find(preview->pixels, coarse, NULL, face_px, &wall, err));
    }
    FC_TRY(fc_matte_refine(preview->pixels, coarse, face_px, fine, wall, &refined, err));
    /* From the preview, which may be reduced and turned, to the photo as a person sees it. */
    const fc_box all = { 0, 0, preview->pixels->size.width, preview->pixels->size.height };
    FC_TRY(fc_plane_place(refined, all, fc_similarity_invert(preview->to_photo), photo->facts.size,
                          &placed, err));
    FC_TRY(to_grey(placed, &grey, err));
    return write_png(portrait, grey, err);
}
