#include "engine/model_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* A folder with a file in the place of the selfie model. */
typedef struct scene {
    char folder[64];
    char path[128];
    fc_settings settings;
} scene;

static int make_scene(void **state)
{
    static scene made;
    made = (scene){ .folder = "/tmp/facecraft-verify-XXXXXX", .settings = fc_settings_default() };
    assert_non_null(mkdtemp(made.folder));
    (void)snprintf(made.path, sizeof made.path, "%s/selfie_segmentation.tflite", made.folder);
    (void)snprintf(made.settings.models_dir, sizeof made.settings.models_dir, "%s", made.folder);
    FILE *file = fopen(made.path, "wb");
    assert_non_null(file);
    assert_true(fputs("abc", file) >= 0);
    assert_int_equal(fclose(file), 0);
    *state = &made;
    return 0;
}

static int remove_scene(void **state)
{
    scene *made = *state;
    (void)unlink(made->path);
    return rmdir(made->folder);
}

static void another_file_under_the_name_is_not_genuine(void **state)
{
    const scene *made = *state;
    fc_error err = { 0 };
    fc_model_verdict verdict = { 0 };
    ASSERT_OK(fc_model_verify(FC_MODEL_FILE_selfie, &made->settings, &verdict, &err), err);
    assert_int_equal(verdict.state, FC_MODEL_FOUND);
    assert_false(verdict.genuine);
    assert_int_equal(verdict.bytes, 3);
    /* FIPS 180-2, appendix B.1 */
    assert_string_equal(verdict.sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_file_that_is_not_there_is_a_verdict(void **state)
{
    const scene *made = *state;
    fc_error err = { 0 };
    fc_model_verdict verdict = { 0 };
    ASSERT_OK(fc_model_verify(FC_MODEL_FILE_detector, &made->settings, &verdict, &err), err);
    assert_int_equal(verdict.state, FC_MODEL_MISSING);
    assert_string_equal(verdict.sha256, "");
    ASSERT_OK(fc_model_verify(FC_MODEL_FILE_u2net, &made->settings, &verdict, &err), err);
    assert_int_equal(verdict.state, FC_MODEL_NOT_INSTALLED);
}

static void a_refused_file_is_not_even_read(void **state)
{
    const scene *made = *state;
    fc_settings settings = made->settings;
    settings.commercial_only = true;
    (void)snprintf(settings.predictor_path, sizeof settings.predictor_path, "%s", made->path);
    fc_error err = { 0 };
    fc_model_verdict verdict = { 0 };
    ASSERT_OK(fc_model_verify(FC_MODEL_FILE_dlib, &settings, &verdict, &err), err);
    assert_int_equal(verdict.state, FC_MODEL_REFUSED);
    assert_string_equal(verdict.sha256, "");
}

static void an_empty_file_is_refused_by_name(void **state)
{
    const scene *made = *state;
    fc_error err = { 0 };
    fc_model_verdict verdict = { .bytes = 7 };
    assert_int_equal(truncate(made->path, 0), 0);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_model_verify(FC_MODEL_FILE_selfie, &made->settings, &verdict, &err), err);
    assert_non_null(strstr(err.text, "selfie_segmentation.tflite: empty"));
    assert_int_equal(verdict.bytes, 7);
}

static void verifying_survives_every_allocation_failure(void **state)
{
    const scene *made = *state;
    fc_error err = { 0 };
    fc_model_verdict verdict = { 0 };
    SWEEP_ALLOCATIONS(fc_model_verify(FC_MODEL_FILE_selfie, &made->settings, &verdict, &err),
                      verdict.bytes == 0);
}

#define SCENE_TEST(test) cmocka_unit_test_setup_teardown(test, make_scene, remove_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(another_file_under_the_name_is_not_genuine),
        SCENE_TEST(a_file_that_is_not_there_is_a_verdict),
        SCENE_TEST(a_refused_file_is_not_even_read),
        SCENE_TEST(an_empty_file_is_refused_by_name),
        SCENE_TEST(verifying_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("engine/model_verify", tests, NULL, NULL);
}
