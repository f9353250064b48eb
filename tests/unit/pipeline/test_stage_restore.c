/* Which faces are restored, and what becomes of the answer: stand-ins for the network hand the face
 * back as it is, or grey (tests/data/codeformer). */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "ops/warp.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/photo_file.h"
#include "support/pictures.h"

#define FOLDER "tests/data/codeformer/"

static fc_raster preview;
static fc_runtime *runtime;
static fc_codeformer *same;
static fc_codeformer *grey;

static int load(void **state)
{
    (void)state;
    preview = (fc_raster){ .pixels = fc_photo_read("tests/data/official_portrait.jpg"),
                           .to_photo = FC_SIMILARITY_IDENTITY };
    fc_error err = { 0 };
    return fc_runtime_new(1, &runtime, &err) == FC_OK &&
                   fc_codeformer_new(runtime, FOLDER "codes.onnx", FOLDER "same.onnx", &same,
                                     &err) == FC_OK &&
                   fc_codeformer_new(runtime, FOLDER "codes.onnx", FOLDER "grey.onnx", &grey,
                                     &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    fc_codeformer_free(same);
    fc_codeformer_free(grey);
    fc_runtime_free(runtime);
    fc_image_free(preview.pixels);
    (void)state;
    return 0;
}

/* The points that count, as the detector sees them in the portrait. */
static void place_points(fc_point landmarks[FC_LANDMARK_COUNT])
{
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        landmarks[i] = (fc_point){ 498, 290 };
    }
    for (int i = 36; i < 48; i++) {
        landmarks[i] = i < 42 ? (fc_point){ 439, 218 } : (fc_point){ 545, 222 };
    }
    landmarks[48] = (fc_point){ 447, 333 };
    landmarks[54] = (fc_point){ 543, 336 };
}

/* Half the photo's scale, around the face. */
static fc_portrait portrait_of(fc_photo *photo)
{
    fc_error err = { 0 };
    fc_portrait portrait = { .photo = photo, .raster = &preview };
    portrait.frame.canvas = (fc_size){ 200, 200 };
    portrait.frame.to_photo = (fc_similarity){ 2, 0, 290, 80 };
    place_points(portrait.landmarks);
    ASSERT_OK(fc_warp(preview.pixels, portrait.frame.to_photo, portrait.frame.canvas,
                      &portrait.canvas, &portrait.coverage, &err),
              err);
    portrait.matte = fc_test_matte(portrait.frame.canvas, 1.0F);
    return portrait;
}

static void a_sharp_face_is_left_and_why_is_said(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_restore(&portrait, &report, &err), err);
    assert_null(report.model);
    assert_non_null(strstr(report.note, "left as it is: sharp already"));
    assert_non_null(strstr(report.note, "106 px between the eyes"));
    assert_int_equal(portrait.warnings.count, 1);
    assert_non_null(strstr(portrait.warnings.items[0], "the face is left as it is: sharp"));
    assert_null(portrait.raster); /* no longer needed */
    fc_portrait_clear(&portrait);
}

static void points_in_one_spot_are_no_face(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait portrait = portrait_of(&photo);
    memset(portrait.landmarks, 0, sizeof portrait.landmarks);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_restore(&portrait, &report, &err), err);
    assert_string_equal(report.note, "left as it is: its points lie in one spot");
    assert_int_equal(portrait.warnings.count, 1);
    fc_portrait_clear(&portrait);
}

/* The network looks at a square around the face: it is decoded whole, or a raster that was kept for
 * another canvas would give another face. */
static void the_square_of_the_face_is_decoded_whatever_the_canvas_shows(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new("tests/data/official_portrait.jpg", 1U << 20, &file, &err), err);
    const fc_models models = { .codeformer = same };
    fc_photo photo = { .params = fc_params_default(), .file = file->bytes, .models = &models };
    ASSERT_OK(fc_decode_probe(file->bytes, &fc_photo_limits, &photo.facts, &err), err);
    fc_raster coarse = { .pixels = preview.pixels, .to_photo = { 8, 0, 0, 0 } };
    photo.preview = &coarse;
    fc_portrait portrait = { .photo = &photo };
    portrait.frame.canvas = (fc_size){ 100, 100 };
    portrait.frame.to_photo = (fc_similarity){ 1, 0, 440, 240 };
    place_points(portrait.landmarks);
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    const fc_size wide = portrait.raster->pixels->size;
    fc_portrait_drop_detail(&portrait);
    assert_true(wide.width > 400 && wide.height > 400); /* 4.1 times the 106 px of the eyes */
    photo.params.enhance_face = false;
    ASSERT_OK(fc_stage_detail(&portrait, &report, &err), err);
    const fc_size tight = portrait.raster->pixels->size;
    fc_portrait_drop_detail(&portrait);
    assert_true(tight.width >= 100 && tight.width < 160);
}

/* A copy of the canvas before, to compare with. */
static fc_image *run(fc_portrait *portrait, const fc_codeformer *model, fc_stage_report *report)
{
    const fc_models models = { .codeformer = model };
    fc_image *before = NULL;
    fc_error err = { 0 };
    portrait->photo->models = &models;
    portrait->photo->params.restore = FC_RESTORE_ALWAYS;
    ASSERT_OK(fc_image_copy(portrait->canvas, &before, &err), err);
    ASSERT_OK(fc_stage_restore(portrait, report, &err), err);
    return before;
}

static void a_face_that_comes_back_as_it_was_changes_no_pixel(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    FC_AUTO(fc_image) before = run(&portrait, same, &report);
    fc_pattern_assert_alike(portrait.canvas, before, 0);
    assert_string_equal(report.model, "codeformer");
    assert_string_equal(report.device, "cpu");
    assert_string_equal(report.note, "fidelity 0.70, 106 px between the eyes");
    assert_int_equal(portrait.warnings.count, 0);
    fc_portrait_clear(&portrait);
}

/* Grey takes the features away, but neither the colour nor anything beyond the face. */
static void a_face_that_comes_back_grey_stays_in_its_place(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    FC_AUTO(fc_image) before = run(&portrait, grey, &report);
    int32_t changed = 0;
    for (int32_t y = 0; y < 200; y++) {
        const uint8_t *was = fc_image_row(before, y);
        const uint8_t *is = fc_image_row(portrait.canvas, y);
        for (int32_t x = 0; x < 200; x++) {
            changed += is[3 * x] != was[3 * x] ? 1 : 0;
            if (x < 15 || y < 4 || x > 190 || y > 190) {
                assert_int_equal(is[3 * x], was[3 * x]);
            }
        }
    }
    assert_true(changed > 5000);
    fc_portrait_clear(&portrait);
}

/* Whether a render after one with the network `same` ran the network `grey`: that changes pixels.
 */
static bool runs_again(double fidelity)
{
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait first = portrait_of(&photo);
    fc_portrait second = portrait_of(&photo);
    fc_stage_report report = { 0 };
    FC_AUTO(fc_image) untouched = run(&first, same, &report);
    second.found = first.found; /* as fc_face_cache_checkin and fc_face_cache_checkout hand it on */
    first.found = (fc_face_cache){ 0 };
    photo.params.enhance_fidelity = fidelity;
    FC_AUTO(fc_image) before = run(&second, grey, &report);
    bool changed = false;
    for (int32_t y = 0; y < 200; y++) {
        changed |= memcmp(fc_image_row(before, y), fc_image_row(second.canvas, y), 600) != 0;
    }
    assert_string_equal(report.model, "codeformer");
    assert_int_equal(strncmp(report.note, "known; ", 7) == 0, !changed);
    fc_portrait_clear(&first);
    fc_portrait_clear(&second);
    return changed;
}

static void a_face_that_was_restored_before_costs_no_second_run(void **state)
{
    (void)state;
    assert_false(runs_again(fc_params_default().enhance_fidelity));
    assert_true(runs_again(0.1));
}

static void a_face_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_photo photo = { .params = fc_params_default() };
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_restore(&portrait, &report, &err), portrait.raster != NULL);
    fc_portrait_clear(&portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sharp_face_is_left_and_why_is_said),
        cmocka_unit_test(points_in_one_spot_are_no_face),
        cmocka_unit_test(the_square_of_the_face_is_decoded_whatever_the_canvas_shows),
        cmocka_unit_test(a_face_that_comes_back_as_it_was_changes_no_pixel),
        cmocka_unit_test(a_face_that_comes_back_grey_stays_in_its_place),
        cmocka_unit_test(a_face_that_was_restored_before_costs_no_second_run),
        cmocka_unit_test(a_face_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_restore", tests, load, unload);
}
