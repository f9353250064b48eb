#include "pipeline/stage_functions.h"

#include <stdio.h>

#include "models/face_template.h"
#include "ops/detail_stats.h"
#include "ops/face_blend.h"
#include "ops/warp.h"

#define SIDE FC_CODEFORMER_SIDE

/* Measured in the square, so size and focus count together: 9 sharp faces with 88 px and more
 * between the eyes have 0.26 to 0.48; the same blurred, or enlarged four times, 0.14 to 0.20, and
 * faces with less than 82 px at most 0.22. */
#define SHARP_MIN 0.24

/* Noise looks sharp: from this many levels on the face is restored all the same. */
#define NOISE_MAX 3.0

/* Where a face's detail is measured: brows to chin, px of the square. */
static const fc_box FACE_IN_SQUARE = { 96, 100, 320, 400 };

/* The face in its square, straight from the photo's pixels: a small portrait of a large face shows
 * the network more than its own canvas could, and no pixel is resampled twice. */
static fc_status cut_face(const fc_portrait *portrait, fc_similarity to_square, fc_image **out,
                          fc_plane **coverage, fc_error *err)
{
    const fc_similarity to_raster = fc_similarity_compose(
        fc_similarity_invert(portrait->raster->to_photo), fc_similarity_invert(to_square));
    return fc_warp(portrait->raster->pixels, to_raster, (fc_size){ SIDE, SIDE }, out, coverage,
                   err);
}

static void leave(fc_portrait *portrait, fc_stage_report *report, const char *why)
{
    (void)snprintf(report->note, sizeof report->note, "left as it is: %s", why);
    fc_warn(&portrait->warnings, "the face is left as it is: %s", why);
}

/* Nothing to gain: the network would draw a sharp face softer. Why is said where that is so. */
static bool is_fine(const fc_portrait *portrait, const fc_image *face, const fc_plane *coverage,
                    char *why, size_t size)
{
    const fc_detail_stats stats = fc_detail_measure(face, coverage, FACE_IN_SQUARE, 1);
    if (portrait->photo->params.restore == FC_RESTORE_ALWAYS || stats.sharpness < SHARP_MIN ||
        stats.luma_noise > NOISE_MAX) {
        return false;
    }
    (void)snprintf(why, size, "sharp already (%.2f), %.0f px between the eyes", stats.sharpness,
                   fc_face_template_eyes_px(portrait->landmarks));
    return true;
}

/* Runs the network; afterwards the face cache has `face` and what was made of it. */
static fc_status run_network(fc_portrait *portrait, fc_image **face, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    fc_restored made = { .fidelity = photo->params.enhance_fidelity };
    FC_TRY(
        fc_codeformer_run(photo->models->codeformer, *face, made.fidelity, &made.repainted, err));
    made.face = FC_STEAL(*face);
    fc_restored_clear(&portrait->found.restored);
    portrait->found.restored = made;
    return FC_OK;
}

static fc_status repaint(fc_portrait *portrait, fc_image **face, fc_similarity to_square,
                         fc_stage_report *report, fc_error *err)
{
    const fc_photo *photo = portrait->photo;
    const fc_restored *restored = &portrait->found.restored;
    const double fidelity = photo->params.enhance_fidelity;
    const bool known = fc_restored_fits(restored, *face, fidelity);
    report->model = "codeformer";
    report->device = fc_codeformer_device(photo->models->codeformer);
    if (!known) {
        FC_TRY(run_network(portrait, face, err));
    }
    (void)snprintf(report->note, sizeof report->note, "%sfidelity %.2f, %.0f px between the eyes",
                   known ? "known; " : "", fidelity, fc_face_template_eyes_px(portrait->landmarks));
    return fc_face_blend_in_place(portrait->canvas, portrait->matte, restored->face,
                                  restored->repainted,
                                  fc_similarity_compose(to_square, portrait->frame.to_photo), err);
}

static fc_status restore(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    fc_similarity to_square = FC_SIMILARITY_IDENTITY;
    if (!fc_face_template_place(portrait->landmarks, &to_square)) {
        leave(portrait, report, "its points lie in one spot");
        return FC_OK;
    }
    FC_AUTO(fc_image) face = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    FC_TRY(cut_face(portrait, to_square, &face, &coverage, err));
    char why[64];
    if (is_fine(portrait, face, coverage, why, sizeof why)) {
        leave(portrait, report, why);
        return FC_OK;
    }
    return repaint(portrait, &face, to_square, report, err);
}

fc_status fc_stage_restore(fc_portrait *portrait, fc_stage_report *report, fc_error *err)
{
    FC_TRY(restore(portrait, report, err));
    fc_portrait_drop_detail(portrait);
    return FC_OK;
}
