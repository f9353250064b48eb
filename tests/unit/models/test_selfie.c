#include "models/selfie.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/patterns.h"

enum { SIDE = 256 };

static fc_selfie_model *model; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/selfie_segmentation.tflite");
    return file == NULL || fc_selfie_model_new(fc_test_runtime, file->bytes, &model, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_selfie_model_free(model);
    fc_test_network_close();
    return 0;
}

static void skip_without_model(void)
{
    if (model == NULL) {
        skip();
    }
}

/* The picture behind the golden mask: bytes at the end of a .npy file, 256 x 256 RGB. */
static fc_image *golden_picture(void)
{
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    const char *path = fc_test_shared_file("golden/tflite/selfie_input_u8.npy");
    ASSERT_OK(fc_mapping_new(path, (size_t)1 << 20, &file, &err), err);
    const size_t row = 3 * (size_t)SIDE;
    assert_true(file->bytes.size > row * SIDE);
    fc_image *picture = fc_pattern_flat((fc_size){ SIDE, SIDE }, 3, 128);
    const uint8_t *pixels = file->bytes.data + file->bytes.size - row * SIDE;
    for (int32_t y = 0; y < SIDE; y++) {
        memcpy(fc_image_row(picture, y), pixels + (size_t)y * row, row);
    }
    return picture;
}

static void the_mask_equals_that_of_the_tflite_runtime(void **state)
{
    (void)state;
    skip_without_model();
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = golden_picture();
    FC_AUTO(fc_plane) mask = NULL;
    fc_box covered = { 0 };
    const fc_box whole = { 0, 0, SIDE, SIDE };
    ASSERT_OK(fc_selfie_model_run(model, picture, whole, FC_SELFIE_ONCE, &mask, &covered, &err),
              err);
    size_t count = 0;
    const char *path = fc_test_shared_file("golden/tflite/selfie_output0.npy");
    FC_AUTO(fc_floats) expected = fc_test_npy_read(path, &count);
    assert_int_equal(count, SIDE * SIDE);
    for (size_t i = 0; i < count; i++) {
        assert_true(fabsf(mask->data[i] - expected[i]) < 1e-4F);
    }
}

static void two_looks_agree_with_one(void **state)
{
    (void)state;
    skip_without_model();
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = golden_picture();
    FC_AUTO(fc_plane) once = NULL;
    FC_AUTO(fc_plane) twice = NULL;
    fc_box covered = { 0 };
    const fc_box whole = { 0, 0, SIDE, SIDE };
    ASSERT_OK(fc_selfie_model_run(model, picture, whole, FC_SELFIE_ONCE, &once, &covered, &err),
              err);
    ASSERT_OK(fc_selfie_model_run(model, picture, whole, FC_SELFIE_TWICE, &twice, &covered, &err),
              err);
    assert_int_equal(twice->size.width, 384);
    assert_int_equal(twice->size.height, 384);
    double sum = 0.0;
    for (int32_t y = 0; y < 384; y++) {
        for (int32_t x = 0; x < 384; x++) {
            const float value = fc_plane_row(twice, y)[x];
            assert_true(value >= 0.0F && value <= 1.0F);
            sum += fabs((double)(value - fc_plane_row(once, y * 2 / 3)[x * 2 / 3]));
        }
    }
    assert_true(sum / (384 * 384) < 0.05);
    FC_AUTO(fc_plane) again = NULL;
    ASSERT_OK(fc_selfie_model_look_again(model, picture, covered, once, &again, &err), err);
    assert_memory_equal(again->data, twice->data, fc_plane_bytes(twice));
}

static void the_region_is_cut_to_the_picture(void **state)
{
    (void)state;
    skip_without_model();
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 90, 60 }, 3, 128);
    FC_AUTO(fc_plane) mask = NULL;
    fc_box covered = { 0 };
    const fc_box region = { -10.5, 20, 400, 1e9 };
    ASSERT_OK(fc_selfie_model_run(model, picture, region, FC_SELFIE_ONCE, &mask, &covered, &err),
              err);
    assert_true(covered.x == 0.0 && covered.y == 20.0);
    assert_true(covered.width == 90.0 && covered.height == 40.0);
    assert_int_equal(mask->size.width, SIDE);
    assert_int_equal(mask->size.height, SIDE);
}

static void a_region_outside_is_refused(void **state)
{
    (void)state;
    skip_without_model();
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 90, 60 }, 3, 128);
    fc_plane *mask = NULL;
    fc_box covered = { 0 };
    const fc_box regions[] = {
        { 90, 0, 10, 10 }, { 0, -20, 50, 20 }, { 5, 5, 0, 10 }, { NAN, 0, 10, 10 }
    };
    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        ASSERT_FAILS(
            FC_INVALID_ARGUMENT,
            fc_selfie_model_run(model, picture, regions[i], FC_SELFIE_TWICE, &mask, &covered, &err),
            err);
    }
    assert_null(mask);
}

static void a_file_that_is_no_model_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t noise[64] = { 8, 0, 0, 0, 'T', 'F', 'L', '3', 0xff };
    fc_selfie_model *none = NULL;
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_selfie_model_new(fc_test_runtime, (fc_bytes){ noise, sizeof(noise) }, &none, &err), err);
    assert_null(none);
}

static void a_look_survives_every_allocation_failure(void **state)
{
    (void)state;
    skip_without_model();
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_flat((fc_size){ 32, 32 }, 3, 128);
    fc_plane *mask = NULL;
    fc_box covered = { 0 };
    const fc_box whole = { 0, 0, 32, 32 };
    SWEEP_ALLOCATIONS(
        fc_selfie_model_run(model, picture, whole, FC_SELFIE_TWICE, &mask, &covered, &err),
        mask == NULL && covered.width == 0.0);
    fc_plane_free(mask);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mask_equals_that_of_the_tflite_runtime),
        cmocka_unit_test(two_looks_agree_with_one),
        cmocka_unit_test(the_region_is_cut_to_the_picture),
        cmocka_unit_test(a_region_outside_is_refused),
        cmocka_unit_test(a_file_that_is_no_model_is_refused),
        cmocka_unit_test(a_look_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/selfie", tests, load, unload);
}
