#include <stdio.h>

#include "ops/matte_refine.h"
#include "ops/plane_place.h"
#include "pipeline/stage_functions.h"

/* The person on the crop, from the rough mask that the portrait is cut out with. */
static fc_status find_matte(const fc_portrait *portrait, fc_plane **out, fc_error *err)
{
    const fc_rough_mask *coarse = &portrait->found.coarse[portrait->coarse];
    const fc_raster *preview = portrait->photo->preview;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_similarity to_preview =
        fc_similarity_compose(fc_similarity_invert(preview->to_photo), portrait->crop_to_photo);
    FC_AUTO(fc_plane) placed = NULL;
    FC_TRY(fc_plane_place(coarse->mask, coarse->covered, to_preview, portrait->crop->size, &placed,
                          err));
    const double face_px = face->box.height / fc_similarity_scale(portrait->crop_to_photo);
    return fc_matte_refine(portrait->crop, placed, face_px, false, out, err);
}

static fc_status measure(const fc_portrait *portrait, fc_check_values *out, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    FC_AUTO(fc_plane) matte = NULL;
    if (!portrait->uncut) {
        FC_TRY(find_matte(portrait, &matte, err));
    }
    const fc_check_input input = {
        .file = photo->file,
        .facts = photo->facts,
        .faces = &photo->faces,
        .face = portrait->face_index,
        .preview = photo->preview,
        .pixels = portrait->crop,
        .coverage = portrait->crop_coverage,
        .matte = matte,
        .to_photo = portrait->crop_to_photo,
        .mesh = photo->models->mesh,
        .iris = photo->models->iris,
    };
    return fc_check_measure(&input, out, err);
}

fc_status fc_stage_check(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    fc_face_cache *found = &portrait->found;
    if (photo->models->mesh == NULL) {
        return fc_fail(
            err, FC_MODEL_UNAVAILABLE,
            "the check needs the points of face_landmark.tflite, which is not installed");
    }
    report->model = "face_landmark";
    report->device = fc_face_mesh_device(photo->models->mesh);
    const bool known = found->has_check;
    if (!known) {
        FC_TRY(measure(portrait, &found->check, err));
        found->has_check = true;
        fc_portrait_drop_crop(portrait);
    }
    portrait->check = fc_check_judge(&found->check, &photo->ranges);
    (void)snprintf(report->note, sizeof report->note, "%s%s", known ? "known; " : "",
                   fc_check_state_name(portrait->check.overall));
    return FC_OK;
}
