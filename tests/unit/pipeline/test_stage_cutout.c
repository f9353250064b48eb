/* The stage as a whole, by the small network of tests/data/u2net: it sees shapes, not people, which
 * is enough for what comes after it. Nothing here needs a model that is fetched. */
#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/pictures.h"

enum { WIDTH = 90, HEIGHT = 60 };

static fc_runtime *runtime;
static fc_u2net_model *u2net;
static fc_models models;

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (fc_runtime_new(1, &runtime, &err) != FC_OK ||
        fc_u2net_model_new(runtime, "tests/data/u2net/tiny.onnx", &u2net, &err) != FC_OK) {
        return -1;
    }
    models.u2net = u2net;
    return 0;
}

static int unload(void **state)
{
    fc_u2net_model_free(u2net);
    fc_runtime_free(runtime);
    (void)state;
    return 0;
}

/* A photo of WIDTH x HEIGHT px as the stages before leave it. Release with fc_photo_clear. */
static fc_photo photo_of(fc_cutout_plan plan)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default(),
                       .limits = fc_photo_limits,
                       .outputs = FC_OUTPUT_CUTOUT,
                       .plan = plan,
                       .models = &models,
                       .facts = { .size = { WIDTH, HEIGHT } } };
    photo.params.matte = FC_MATTE_U2NET;
    photo.params.matte_quality = FC_MATTE_FAST;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof(fc_raster), (void **)&photo.preview, &err), err);
    photo.preview->pixels = fc_test_random((fc_size){ WIDTH, HEIGHT }, 5);
    photo.preview->to_photo = FC_SIMILARITY_IDENTITY;
    return photo;
}

static fc_stage_report run(fc_photo *photo)
{
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_stage_cutout(photo, &report, &err), err);
    return report;
}

static void assert_file(const fc_buffer *file, fc_size size)
{
    fc_photo_facts facts = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_decode_probe(fc_buffer_bytes(file), &fc_photo_limits, &facts, &err), err);
    assert_int_equal(facts.size.width, size.width);
    assert_int_equal(facts.size.height, size.height);
}

static void the_whole_photo_comes_out_and_the_report_says_by_what(void **state)
{
    (void)state;
    fc_photo photo = photo_of((fc_cutout_plan){ .format = FC_CUTOUT_PNG });
    const fc_stage_report report = run(&photo);
    assert_string_equal(report.model, "u2net_human_seg");
    assert_string_equal(report.device, "cpu");
    assert_non_null(strstr(report.note, "u2net; 90 x 60 px, "));
    assert_file(&photo.cutout.file, (fc_size){ WIDTH, HEIGHT });
    assert_int_equal(photo.cutout.format, FC_CUTOUT_PNG);
    assert_int_equal(photo.cutout.faces, 0);
    assert_true(photo.cutout.left >= 0 && photo.cutout.left + photo.cutout.width <= WIDTH);
    assert_true(photo.cutout.top >= 0 && photo.cutout.top + photo.cutout.height <= HEIGHT);
    assert_null(photo.preview); /* its memory is needed no more */
    fc_photo_clear(&photo);
}

static void fewer_pixels_are_made_where_fewer_are_asked_for(void **state)
{
    (void)state;
    fc_photo photo = photo_of((fc_cutout_plan){ .pixels_max = WIDTH * HEIGHT / 9 });
    (void)run(&photo);
    assert_int_equal(photo.cutout.size.width, WIDTH / 3);
    assert_int_equal(photo.cutout.size.height, HEIGHT / 3);
    assert_file(&photo.cutout.file, photo.cutout.size);
    fc_photo_clear(&photo);
}

/* Detect turns the preview for people who lie on their side; they lie again in the cut-out. */
static void a_turned_preview_is_turned_back(void **state)
{
    (void)state;
    fc_photo photo = photo_of((fc_cutout_plan){ .format = FC_CUTOUT_PNG });
    photo.facts.size = (fc_size){ HEIGHT, WIDTH };
    photo.preview->to_photo = (fc_similarity){ 0, 1, HEIGHT, 0 };
    (void)run(&photo);
    assert_int_equal(photo.cutout.size.width, HEIGHT);
    assert_int_equal(photo.cutout.size.height, WIDTH);
    fc_photo_clear(&photo);
}

static void a_pair_has_colours_and_alpha_of_one_size(void **state)
{
    (void)state;
    fc_photo photo = photo_of((fc_cutout_plan){ .format = FC_CUTOUT_PAIR });
    (void)run(&photo);
    assert_file(&photo.cutout.file, photo.cutout.size);
    assert_file(&photo.cutout.alpha_file, photo.cutout.size);
    fc_photo_clear(&photo);
}

static void assert_refused(fc_cutout_plan plan, fc_status status, fc_cutout_fault fault)
{
    fc_photo photo = photo_of(plan);
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(status, fc_stage_cutout(&photo, &report, &err), err);
    assert_int_equal(photo.cutout.fault, fault);
    assert_int_equal(photo.cutout.file.size, 0);
    fc_photo_clear(&photo);
}

static void what_cannot_be_made_is_refused_and_says_why(void **state)
{
    (void)state;
    const fc_cutout_plan outside = {
        .has_roi = true, .roi = { { 0, false }, { 0, false }, { 91, false }, { 60, false } }
    };
    const fc_cutout_plan empty = {
        .has_roi = true, .roi = { { 50, true }, { 0, true }, { 50, true }, { 100, true } }
    };
    const fc_cutout_plan no_picture = { .backdrop = { (const uint8_t *)"words", 5 } };
    assert_refused(outside, FC_INVALID_ARGUMENT, FC_CUTOUT_ROI_OUTSIDE);
    assert_refused(empty, FC_INVALID_ARGUMENT, FC_CUTOUT_ROI_EMPTY);
    assert_refused(no_picture, FC_UNSUPPORTED_FORMAT, FC_CUTOUT_BACKDROP);
}

static void u2net_without_its_file_is_refused(void **state)
{
    (void)state;
    const fc_models none = { 0 };
    fc_photo photo = photo_of((fc_cutout_plan){ 0 });
    photo.models = &none;
    fc_stage_report report = { 0 };
    fc_error err = { 0 };
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_stage_cutout(&photo, &report, &err), err);
    assert_null(report.model);
    assert_non_null(photo.preview);
    fc_photo_clear(&photo);
}

/* The stage gives the preview back on its way, so each try has a photo of its own. */
static void the_stage_survives_every_allocation_failure(void **state)
{
    (void)state;
    const fc_cutout_plan plan = { .crop = true, .scale = 0.8, .colour = { 9, 9, 9, 99 } };
    fc_status status = FC_OUT_OF_MEMORY;
    for (int64_t n = 1; n <= 1000 && status != FC_OK; n++) {
        fc_photo photo = photo_of(plan);
        fc_stage_report report = { 0 };
        fc_error err = { 0 };
        fc_memory_fail_after(n);
        status = fc_stage_cutout(&photo, &report, &err);
        fc_memory_fail_after(0);
        assert_true(status == FC_OK || status == FC_OUT_OF_MEMORY);
        assert_int_equal(status == FC_OK, photo.cutout.file.size > 0);
        fc_photo_clear(&photo);
    }
    assert_int_equal(status, FC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_photo_comes_out_and_the_report_says_by_what),
        cmocka_unit_test(fewer_pixels_are_made_where_fewer_are_asked_for),
        cmocka_unit_test(a_turned_preview_is_turned_back),
        cmocka_unit_test(a_pair_has_colours_and_alpha_of_one_size),
        cmocka_unit_test(what_cannot_be_made_is_refused_and_says_why),
        cmocka_unit_test(u2net_without_its_file_is_refused),
        cmocka_unit_test(the_stage_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_cutout", tests, load, unload);
}
