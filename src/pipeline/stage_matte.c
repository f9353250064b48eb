#include "pipeline/stage_functions.h"

#include <stdio.h>
#include <string.h>

#include "ops/matte_refine.h"
#include "ops/plane_place.h"
#include "ops/work_size.h"
#include "pipeline/face_outline.h"
#include "pipeline/wants.h"

/* Nothing of the person lies outside the photo: there the portrait shows background. */
static void cut_to_photo(fc_plane *matte, const fc_plane *coverage)
{
    const size_t count = (size_t)matte->size.width * (size_t)matte->size.height;
    for (size_t i = 0; i < count; i++) {
        matte->data[i] *= coverage->data[i];
    }
}

/* Where no mask holds the face, or none is wanted: all that lies in the photo. */
static fc_status keep_all(const fc_plane *coverage, fc_plane **out, fc_error *err)
{
    FC_TRY(fc_plane_new(coverage->size, out, err));
    memcpy((*out)->data, coverage->data, fc_plane_bytes(coverage));
    return FC_OK;
}

/* What was left out of the rough mask stays out, whatever the colours at its edge say. Up to half a
 * share the refined edge counts. */
static fc_status leave_out_others(const fc_portrait *portrait, fc_plane *matte, fc_error *err)
{
    if (portrait->others == NULL) {
        return FC_OK;
    }
    const fc_similarity to_preview = fc_similarity_compose(
        fc_similarity_invert(portrait->photo->preview->to_photo), portrait->frame.to_photo);
    FC_AUTO(fc_plane) others = NULL;
    FC_TRY(fc_plane_place(portrait->others, portrait->own.covered, to_preview, matte->size, &others,
                          err));
    const size_t count = (size_t)matte->size.width * (size_t)matte->size.height;
    for (size_t i = 0; i < count; i++) {
        const float most = 2 - 2 * others->data[i];
        matte->data[i] = matte->data[i] < most ? matte->data[i] : most;
    }
    return FC_OK;
}

/* A face is never see-through: what a mask leaves out of its inside is filled before it is refined.
 */
static void fill_face(const fc_portrait *portrait, fc_similarity to_canvas, fc_plane *placed)
{
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_outline in_photo = fc_face_outline(face, portrait->landmarks);
    const fc_similarity from_photo =
        fc_similarity_invert(fc_similarity_compose(portrait->frame.to_photo, to_canvas));
    const fc_outline outline = fc_outline_apply(from_photo, &in_photo);
    fc_outline_raise(placed, &outline, FC_MATTE_SURE);
}

static void tell(const fc_plain_wall *wall, bool fine, fc_stage_report *report)
{
    if (wall != NULL) {
        (void)snprintf(report->note, sizeof report->note,
                       "fine; plain wall, keyed: even to %.1f levels, noise %.1f", wall->off,
                       wall->spread);
    } else {
        (void)snprintf(report->note, sizeof report->note, "%s", fine ? "fine" : "fast");
    }
}

fc_status fc_stage_matte(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    if (portrait->uncut || !fc_wants_matte(portrait->photo)) {
        (void)snprintf(report->note, sizeof report->note, "none");
        return keep_all(portrait->coverage, &portrait->matte, err);
    }
    const fc_photo *photo = portrait->photo;
    const fc_raster *preview = photo->preview;
    const fc_face *face = &photo->faces.items[portrait->face_index];
    const bool fine = fc_wants_fine_edges(photo);
    const fc_rough_mask *coarse = fc_portrait_rough_mask(portrait);

    /* Straight to the scale of the work. Sides are whole px there: half a px off at most. */
    const double scale = fc_matte_work_scale(portrait->frame.canvas);
    const fc_similarity to_canvas = { .a = 1.0 / scale };
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(preview->to_photo),
                              fc_similarity_compose(portrait->frame.to_photo, to_canvas));
    FC_AUTO(fc_plane) placed = NULL;
    FC_TRY(fc_plane_place(coarse->mask, coarse->covered, to_raster,
                          fc_work_size(portrait->frame.canvas, scale), &placed, err));
    fill_face(portrait, to_canvas, placed);

    const double face_px = face->box.height / fc_similarity_scale(portrait->frame.to_photo);
    FC_AUTO(fc_plain_wall) wall = NULL;
    if (fine) {
        FC_TRY(
            fc_plain_wall_find(portrait->canvas, placed, portrait->coverage, face_px, &wall, err));
    }
    FC_AUTO(fc_plane) matte = NULL;
    FC_TRY(fc_matte_refine(portrait->canvas, placed, face_px, fine, wall, &matte, err));
    FC_TRY(leave_out_others(portrait, matte, err));
    cut_to_photo(matte, portrait->coverage);
    portrait->matte = FC_STEAL(matte);
    portrait->keyed = wall != NULL;
    tell(wall, fine, report);
    return FC_OK;
}
