/* The stage with both networks: selfie where its file is fetched (else skipped), and the small
 * network of tests/data/u2net, whose mask says nothing about anybody. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/degrade.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/person_models.h"
#include "support/photo_file.h"
#include "support/pictures.h"

/* The astronaut's face, framed as usual. */
static fc_portrait portrait_of(fc_photo *photo)
{
    photo->preview = &fc_test_astronaut;
    photo->faces.items[0].box = (fc_box){ 172, 70, 100, 100 };
    photo->faces.count = 1;
    fc_portrait portrait = { .photo = photo };
    portrait.frame.canvas = (fc_size){ 128, 128 };
    portrait.frame.to_photo = (fc_similarity){ 2, 0, 94, 10 };
    portrait.frame.face_in_canvas = (fc_box){ 39, 30, 50, 50 };
    return portrait;
}

static fc_stage_report run_on(fc_raster *preview, fc_choice matte, const fc_u2net_model *second,
                              bool *uncut)
{
    const fc_models models = { .selfie = fc_test_selfie, .u2net = second };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    photo.params.matte = matte;
    fc_portrait portrait = portrait_of(&photo);
    photo.preview = preview;
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_segment(&portrait, &report, &err), err);
    assert_non_null(portrait.found.coarse[portrait.coarse].mask);
    *uncut = portrait.uncut;
    assert_int_equal(strcmp(report.model, "u2net_human_seg") == 0,
                     portrait.coarse == FC_ROUGH_MASK_U2NET);
    fc_face_cache_clear(&portrait.found);
    return report;
}

static fc_stage_report run(fc_choice matte, const fc_u2net_model *second)
{
    bool uncut = false;
    return run_on(&fc_test_astronaut, matte, second, &uncut);
}

static void a_clear_portrait_stays_with_selfie(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_stage_report report = run(FC_MATTE_AUTO, fc_test_u2net);
    assert_string_equal(report.model, "selfie_segmentation");
    assert_non_null(strstr(report.note, "auto: selfie, mask certain"));
}

static void what_is_asked_for_runs(void **state)
{
    (void)state;
    fc_stage_report report = run(FC_MATTE_U2NET, fc_test_u2net);
    assert_string_equal(report.model, "u2net_human_seg");
    assert_string_equal(report.device, "cpu");
    assert_string_equal(report.note, "u2net; not cut out: 0.39");
    if (fc_test_selfie == NULL) {
        skip();
    }
    report = run(FC_MATTE_SELFIE, fc_test_u2net);
    assert_string_equal(report.model, "selfie_segmentation");
    assert_string_equal(report.note, "selfie");
}

static void u2net_without_its_file_is_refused(void **state)
{
    (void)state;
    const fc_models models = { .selfie = fc_test_selfie };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    photo.params.matte = FC_MATTE_U2NET;
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_stage_segment(&portrait, &report, &err), err);
    assert_string_equal(
        err.text, "matte is u2net, but u2net_human_seg.onnx is not installed: auto or selfie");
    assert_null(portrait.found.coarse[FC_ROUGH_MASK_U2NET].mask);
    fc_face_cache_clear(&portrait.found);
}

static void a_known_mask_is_not_asked_for_again(void **state)
{
    (void)state;
    const fc_models models = { .u2net = fc_test_u2net };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    photo.params.matte = FC_MATTE_U2NET;
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_segment(&portrait, &report, &err), err);
    const fc_plane *mask = portrait.found.coarse[FC_ROUGH_MASK_U2NET].mask;
    ASSERT_OK(fc_stage_segment(&portrait, &report, &err), err);
    assert_ptr_equal(portrait.found.coarse[FC_ROUGH_MASK_U2NET].mask, mask);
    assert_string_equal(report.note, "known; u2net; not cut out: 0.39");
    fc_face_cache_clear(&portrait.found);
}

/* A picture without anybody: whatever selfie says of it, the face is not in its mask. */
static void a_face_that_selfie_does_not_see_asks_u2net(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_raster kept = fc_test_astronaut;
    fc_test_astronaut.pixels = fc_test_flat((fc_size){ 512, 512 }, 90, 120, 60);
    const fc_stage_report with = run(FC_MATTE_AUTO, fc_test_u2net);
    const fc_stage_report without = run(FC_MATTE_AUTO, NULL);
    fc_image_free(fc_test_astronaut.pixels);
    fc_test_astronaut = kept;
    assert_string_equal(with.model, "u2net_human_seg");
    assert_non_null(strstr(with.note, "auto: u2net, mask "));
    assert_string_equal(without.model, "selfie_segmentation");
    assert_non_null(strstr(without.note, "u2net is not installed"));
}

/* Blurred by a tenth of the face, which plain looks do not see. */
static void a_blurred_face_is_seen_by_another_look(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    const fc_choice asked[] = { FC_MATTE_AUTO, FC_MATTE_SELFIE };
    fc_error err = { 0 };
    fc_raster blurred = { .to_photo = FC_SIMILARITY_IDENTITY };
    ASSERT_OK(fc_image_copy(fc_test_astronaut.pixels, &blurred.pixels, &err), err);
    fc_degrade_blur(blurred.pixels, 10);
    for (int i = 0; i < 2; i++) {
        bool uncut = true;
        const fc_stage_report report = run_on(&blurred, asked[i], NULL, &uncut);
        assert_false(uncut);
        assert_string_equal(report.model, "selfie_segmentation");
        assert_non_null(strstr(report.note, "; sharpened: "));
    }
    fc_image_free(blurred.pixels);
}

static void a_face_that_no_look_sees_is_not_cut_out(void **state)
{
    (void)state;
    if (fc_test_selfie == NULL) {
        skip();
    }
    fc_raster flat = { .pixels = fc_test_flat((fc_size){ 512, 512 }, 90, 120, 60),
                       .to_photo = FC_SIMILARITY_IDENTITY };
    bool uncut = false;
    fc_stage_report report = run_on(&flat, FC_MATTE_AUTO, NULL, &uncut);
    assert_true(uncut);
    assert_non_null(strstr(report.note, "; not cut out: 0."));
    uncut = false;
    report = run_on(&flat, FC_MATTE_SELFIE, fc_test_u2net, &uncut);
    assert_true(uncut);
    assert_non_null(strstr(report.note, "selfie; not cut out: 0."));
    fc_image_free(flat.pixels);
}

static void the_stage_survives_every_allocation_failure(void **state)
{
    (void)state;
    const fc_models models = { .u2net = fc_test_u2net };
    fc_photo photo = { .params = fc_params_default(), .models = &models };
    photo.params.matte = FC_MATTE_U2NET;
    fc_portrait portrait = portrait_of(&photo);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_segment(&portrait, &report, &err),
                      portrait.found.coarse[FC_ROUGH_MASK_U2NET].mask == NULL);
    fc_face_cache_clear(&portrait.found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_portrait_stays_with_selfie),
        cmocka_unit_test(what_is_asked_for_runs),
        cmocka_unit_test(u2net_without_its_file_is_refused),
        cmocka_unit_test(a_known_mask_is_not_asked_for_again),
        cmocka_unit_test(a_face_that_selfie_does_not_see_asks_u2net),
        cmocka_unit_test(a_blurred_face_is_seen_by_another_look),
        cmocka_unit_test(a_face_that_no_look_sees_is_not_cut_out),
        cmocka_unit_test(the_stage_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_segment", tests, fc_test_person_models_setup,
                                       fc_test_person_models_teardown);
}
