#include <stdio.h>

#include "config/presets.h"
#include "ops/matte_refine.h"
#include "ops/plane_place.h"
#include "ops/warp.h"
#include "pipeline/document.h"
#include "pipeline/stage_functions.h"

/* The person on the crop, from the rough mask that the portrait is cut out with. Before a plain
 * wall that mask may be of the quick look: there, as in the portrait, colour tells the edge. */
static fc_status find_matte(const fc_portrait *portrait, const fc_image *crop,
                            const fc_plane *coverage, fc_similarity to_photo, fc_plane **out,
                            fc_error *err)
{
    const fc_rough_mask *coarse = fc_portrait_rough_mask(portrait);
    const fc_raster *preview = portrait->photo->preview;
    const fc_face *face = &portrait->photo->faces.items[portrait->face_index];
    const fc_similarity to_preview =
        fc_similarity_compose(fc_similarity_invert(preview->to_photo), to_photo);
    FC_AUTO(fc_plane) placed = NULL;
    FC_TRY(fc_plane_place(coarse->mask, coarse->covered, to_preview, crop->size, &placed, err));
    const double face_px = face->box.height / fc_similarity_scale(to_photo);
    FC_AUTO(fc_plain_wall) wall = NULL;
    FC_TRY(fc_plain_wall_find(crop, placed, coverage, face_px, &wall, err));
    return fc_matte_refine(crop, placed, face_px, wall != NULL, wall, out, err);
}

static const fc_raster *raster_of(const fc_portrait *portrait)
{
    return portrait->raster != NULL ? portrait->raster : portrait->photo->preview;
}

static double scale_of(const fc_portrait *portrait)
{
    return fc_similarity_scale(raster_of(portrait)->to_photo);
}

/* Eyes and sharpness alone, where no whole check is asked for. */
static bool looks_at_face_alone(const fc_photo *photo)
{
    return !photo->params.check && (photo->outputs & FC_OUTPUT_CHECK) == 0;
}

/* From the raster that the portrait is sampled from: nothing is decoded for the check alone. */
static fc_status measure(const fc_portrait *portrait, fc_check_values *out, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_raster *raster = raster_of(portrait);
    const fc_similarity to_photo = fc_check_place(portrait->landmarks);
    const fc_similarity to_raster =
        fc_similarity_compose(fc_similarity_invert(raster->to_photo), to_photo);
    FC_AUTO(fc_image) crop = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    FC_AUTO(fc_plane) matte = NULL;
    FC_TRY(fc_warp(raster->pixels, to_raster, (fc_size){ FC_CHECK_WIDTH, FC_CHECK_HEIGHT }, &crop,
                   &coverage, err));
    if (!portrait->uncut && !looks_at_face_alone(photo)) {
        FC_TRY(find_matte(portrait, crop, coverage, to_photo, &matte, err));
    }
    const fc_check_input input = {
        .file = photo->file,
        .facts = photo->facts,
        .faces = &photo->faces,
        .face = portrait->face_index,
        .preview = photo->preview,
        .pixels = crop,
        .coverage = coverage,
        .matte = matte,
        .to_photo = to_photo,
        .face_alone = looks_at_face_alone(photo),
        .mesh = photo->models->mesh,
        .iris = photo->models->iris,
    };
    return fc_check_measure(&input, out, err);
}

/* What is known was measured in the same px. A recalled person brings the check of its portrait. */
static bool is_known(const fc_portrait *portrait)
{
    const fc_face_cache *found = &portrait->found;
    return found->has_check && (portrait->recalled || (found->check_mask == portrait->coarse &&
                                                       found->check_scale == scale_of(portrait)));
}

/* A rule that names one end only allows everything on the other side. */
static fc_check_range range_of(fc_range range, double height)
{
    const bool open = range.max == 0 && range.min > 0;
    return (fc_check_range){ range.min, open ? height : range.max };
}

static double crown_above(fc_crown crown)
{
    switch (crown) {
    case FC_CROWN_SKULL:
        return FC_SKULL_ABOVE;
    case FC_CROWN_FOREHEAD:
        return FC_HAIRLINE_ABOVE;
    case FC_CROWN_HAIR:
        break;
    }
    return 0;
}

/* What the preset asks for of a photo that is handed in as it is. Its px are no demand: they are
 * those that the picture is made with. */
static fc_check_ranges ranges_of(const fc_params *params)
{
    const fc_preset *preset = fc_preset_at(params->preset);
    fc_check_ranges ranges = { 0 };
    if (preset == NULL) {
        return ranges;
    }
    ranges.unedited = preset->edits == FC_EDITS_NONE;
    ranges.walls = preset->walls;
    ranges.kb = range_of((fc_range){ preset->kb_min, preset->kb_max }, INT32_MAX);
    if (preset->height_mm > 0) {
        ranges.height_mm = preset->height_mm;
        ranges.head_mm = range_of(preset->head, preset->height_mm);
        ranges.eyes_mm = range_of(preset->eye_line, preset->height_mm);
        ranges.crown_above = crown_above(preset->crown);
    }
    return ranges;
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
    const bool known = is_known(portrait);
    fc_check_values values = found->check;
    FC_TRY(known ? FC_OK : measure(portrait, &values, err));
    if (!known && !looks_at_face_alone(photo)) {
        found->check = values;
        found->has_check = true;
        found->check_scale = scale_of(portrait);
        found->check_mask = portrait->coarse;
    }
    const fc_check_ranges ranges = ranges_of(&photo->params);
    portrait->check = fc_check_judge(&values, &ranges);
    (void)snprintf(report->note, sizeof report->note, "%s%s", known ? "known; " : "",
                   fc_check_state_name(portrait->check.overall));
    return FC_OK;
}
