#include "models/face_mesh.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

#define MODEL_PATH "models/face_landmark.tflite"

static fc_runtime *runtime;
static fc_face_mesh *model; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (fc_runtime_new(1, &runtime, &err) != FC_OK) {
        return -1;
    }
    FC_AUTO(fc_mapping) file = NULL;
    if (fc_mapping_new(MODEL_PATH, (size_t)1 << 24, &file, &err) != FC_OK) {
        print_message("%s is not here: run tools/fetch\n", MODEL_PATH);
        return 0;
    }
    return fc_face_mesh_new(runtime, file->bytes, &model, &err) == FC_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_face_mesh_free(model);
    fc_runtime_free(runtime);
    return 0;
}

static fc_image *grey_patch(void)
{
    fc_error err = { 0 };
    fc_image *patch = NULL;
    const fc_size size = { FC_FACE_MESH_SIDE, FC_FACE_MESH_SIDE };
    ASSERT_OK(fc_image_new(size, 3, &patch, &err), err);
    for (int32_t y = 0; y < FC_FACE_MESH_SIDE; y++) {
        memset(fc_image_row(patch, y), 128, (size_t)3 * FC_FACE_MESH_SIDE);
    }
    return patch;
}

static void without_a_face_the_mesh_doubts(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = grey_patch();
    fc_point points[FC_LANDMARK_COUNT] = { { 0, 0 } };
    double presence = -1;
    ASSERT_OK(fc_face_mesh_find(model, patch, points, &presence, &err), err);
    assert_true(presence >= 0 && presence < 0.5);
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        assert_true(isfinite(points[i].x) && isfinite(points[i].y));
    }
    assert_string_equal(fc_face_mesh_device(model), "cpu");
}

static void finding_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = grey_patch();
    fc_point points[FC_LANDMARK_COUNT] = { { 0, 0 } };
    double presence = -1;
    SWEEP_ALLOCATIONS(fc_face_mesh_find(model, patch, points, &presence, &err), presence < 0);
}

static void another_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_face_mesh *none = NULL;
    static const uint8_t WORDS[] = "this is no network";
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_face_mesh_new(runtime, (fc_bytes){ WORDS, sizeof WORDS }, &none, &err), err);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_face_the_mesh_doubts),
        cmocka_unit_test(finding_survives_every_allocation_failure),
        cmocka_unit_test(another_file_is_refused),
    };
    return cmocka_run_group_tests_name("models/face_mesh", tests, load, unload);
}
