#include "models/iris.h"

#include <math.h>

#include "base/memory.h"
#include "ops/snippet.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/patterns.h"
#include "support/photo_file.h"

static fc_iris_model *model; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/iris_landmark.tflite");
    return file == NULL || fc_iris_model_new(fc_test_runtime, file->bytes, &model, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_iris_model_free(model);
    fc_test_network_close();
    return 0;
}

/* An eye of the official portrait, 45 px wide from corner to corner. */
static fc_image *eye_patch(fc_point centre)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = fc_photo_read("tests/data/official_portrait.jpg");
    const double scale = FC_IRIS_EYE_WIDTHS * 45 / FC_IRIS_SIDE;
    const fc_similarity map = { scale, 0, centre.x - scale * FC_IRIS_SIDE / 2,
                                centre.y - scale * FC_IRIS_SIDE / 2 };
    fc_image *patch = NULL;
    ASSERT_OK(fc_snippet(photo, map, FC_IRIS_SIDE, &patch, &err), err);
    return patch;
}

static const fc_point LEFT_EYE = { 444, 213 };

static void the_iris_is_dark_and_in_the_middle(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = eye_patch(LEFT_EYE);
    fc_iris seen;
    ASSERT_OK(fc_iris_model_find(model, patch, false, &seen, &err), err);
    assert_true(hypot(seen.centre.x - FC_IRIS_SIDE / 2.0, seen.centre.y - FC_IRIS_SIDE / 2.0) < 4);
    assert_true(seen.diameter > 6 && seen.diameter < 16);
    assert_true(seen.open > 2 && seen.open < 14);
    const uint8_t *pixel =
        fc_image_row(patch, (int32_t)seen.centre.y) + 3 * (ptrdiff_t)seen.centre.x;
    assert_true(pixel[0] < 110);
}

static void a_mirrored_look_is_told_for_the_patch_as_it_lies(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = eye_patch(LEFT_EYE);
    FC_AUTO(fc_image) other = fc_pattern_mirrored(patch);
    fc_iris plain;
    fc_iris mirrored;
    ASSERT_OK(fc_iris_model_find(model, patch, false, &plain, &err), err);
    ASSERT_OK(fc_iris_model_find(model, other, true, &mirrored, &err), err);
    assert_true(fabs(plain.centre.x - (FC_IRIS_SIDE - mirrored.centre.x)) < 1e-3);
    assert_true(fabs(plain.centre.y - mirrored.centre.y) < 1e-3);
    assert_true(fabs(plain.open - mirrored.open) < 1e-3);
    assert_string_equal(fc_iris_model_device(model), "cpu");
}

static void finding_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = eye_patch(LEFT_EYE);
    fc_iris seen = { .diameter = -1 };
    SWEEP_ALLOCATIONS(fc_iris_model_find(model, patch, false, &seen, &err), seen.diameter < 0);
}

static void another_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_iris_model *none = NULL;
    static const uint8_t WORDS[] = "this is no network";
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_iris_model_new(fc_test_runtime, (fc_bytes){ WORDS, sizeof WORDS }, &none, &err),
                 err);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_iris_is_dark_and_in_the_middle),
        cmocka_unit_test(a_mirrored_look_is_told_for_the_patch_as_it_lies),
        cmocka_unit_test(finding_survives_every_allocation_failure),
        cmocka_unit_test(another_file_is_refused),
    };
    return cmocka_run_group_tests_name("models/iris", tests, load, unload);
}
