/* What an engine loads, and whom it blames: skips where the model files are not fetched. */
#define _GNU_SOURCE /* mkdtemp, realpath */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/engine.h"
#include "support/fc_test.h"

/* A folder with links to the models and, as u2net, a small network. */
static void link_models(const char *folder)
{
    static const char *const LINKS[][2] = {
        { "models/face_detection_full_range.tflite", "face_detection_full_range.tflite" },
        { "models/face_landmark.tflite", "face_landmark.tflite" },
        { "models/selfie_segmentation.tflite", "selfie_segmentation.tflite" },
        { "tests/data/u2net/tiny.onnx", "u2net_human_seg.onnx" },
    };
    for (size_t i = 0; i < sizeof LINKS / sizeof LINKS[0]; i++) {
        char target[PATH_MAX];
        char link[PATH_MAX];
        assert_non_null(realpath(LINKS[i][0], target));
        (void)snprintf(link, sizeof link, "%s/%s", folder, LINKS[i][1]);
        (void)unlink(link);
        assert_int_equal(symlink(target, link), 0);
    }
}

#define FOLDER "/tmp/facecraft-engine-XXXXXX"

/* Settings whose models are links in a folder that is made by that name. Skips where the models are
 * not fetched. */
static fc_settings settings_with(char *folder)
{
    if (access("models/face_landmark.tflite", R_OK) != 0) {
        skip();
    }
    assert_non_null(mkdtemp(folder));
    link_models(folder);
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "%s", folder);
    return settings;
}

static void remove_link(const char *folder, const char *name)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
}

static void remove_links(const char *folder)
{
    remove_link(folder, "face_detection_full_range.tflite");
    remove_link(folder, "face_landmark.tflite");
    remove_link(folder, "selfie_segmentation.tflite");
    remove_link(folder, "u2net_human_seg.onnx");
    assert_int_equal(rmdir(folder), 0);
}

static void only_what_the_params_can_ask_for_is_loaded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = FOLDER;
    fc_settings settings = settings_with(folder);
    fc_params params = fc_params_default();
    for (int i = 0; i < 2; i++) {
        params.matte = i == 0 ? FC_MATTE_SELFIE : FC_MATTE_AUTO;
        FC_AUTO(fc_engine) some = NULL;
        ASSERT_OK(fc_engine_new_for(&settings, &params, &some, &err), err);
        assert_true(fc_engine_model_loaded(some, FC_MODEL_FILE_mesh));
        assert_false(fc_engine_model_loaded(some, FC_MODEL_FILE_dlib));
        assert_int_equal(fc_engine_model_loaded(some, FC_MODEL_FILE_u2net), i);
    }
    remove_links(folder);
}

/* dlib's points by name: without their file, and with what is no such file. */
static void what_is_named_and_missing_is_a_clear_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = FOLDER;
    fc_settings settings = settings_with(folder);
    settings.landmarks = FC_LANDMARKS_DLIB;
    fc_engine *none = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &none, &err), err);
    assert_non_null(strstr(err.text, "`facecraft models fetch dlib` gets it"));
    settings.landmarks = FC_LANDMARKS_AUTO;
    (void)snprintf(settings.predictor_path, sizeof settings.predictor_path,
                   "%s/u2net_human_seg.onnx", folder);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &none, &err), err);
    assert_non_null(strstr(err.text, "shape_predictor_68_face_landmarks.dat: "));
    settings.commercial_only = true;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &none, &err), err);
    assert_non_null(strstr(err.text, "refused: "));
    /* Several are missing: of the two threads' the one that comes first in the table is named. */
    settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "%s", folder);
    remove_link(folder, "face_landmark.tflite");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &none, &err), err);
    assert_non_null(strstr(err.text, "model face_landmark: "));
    settings.landmarks = FC_LANDMARKS_DLIB;
    remove_link(folder, "face_detection_full_range.tflite");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &none, &err), err);
    assert_non_null(strstr(err.text, "face_detection_full_range"));
    assert_null(none);
    remove_links(folder);
}

static fc_status no_portrait(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                             fc_error *err)
{
    (void)context;
    (void)portrait;
    (void)number;
    (void)count;
    return fc_fail(err, FC_NOT_FOUND, "there was a portrait");
}

/* A photo is decoded, and then learns that there is nothing to look at it with. */
static void an_engine_that_is_begun_tells_whoever_waits_why_it_is_not_loaded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "/nowhere");
    FC_AUTO(fc_engine) engine = NULL;
    ASSERT_OK(fc_engine_begin(&settings, NULL, &engine, &err), err);
    FC_AUTO_BUFFER(file, (size_t)1 << 20);
    ASSERT_OK(fc_file_read("tests/data/official_portrait.jpg", file.size_max, &file, &err), err);
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_JPEG };
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_engine_process(engine, &photo, fc_buffer_bytes(&file), NULL, no_portrait, NULL, &err),
        err);
    assert_non_null(strstr(err.text, "face_detection_full_range"));
    assert_non_null(photo.preview);
    fc_photo_clear(&photo);
    for (int i = 0; i < 2; i++) {
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_wait(engine, &err), err);
        assert_non_null(strstr(err.text, "face_detection_full_range"));
    }
}

/* Faces are found without the others; nothing else is done with the photo. */
static void faces_are_found_before_the_other_networks_are_there(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = FOLDER;
    fc_settings settings = settings_with(folder);
    remove_link(folder, "selfie_segmentation.tflite");
    FC_AUTO(fc_engine) engine = NULL;
    ASSERT_OK(fc_engine_begin(&settings, NULL, &engine, &err), err);
    FC_AUTO_BUFFER(file, (size_t)1 << 20);
    ASSERT_OK(fc_file_read("tests/data/official_portrait.jpg", file.size_max, &file, &err), err);
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_JPEG };
    ASSERT_FAILS(
        FC_MODEL_UNAVAILABLE,
        fc_engine_process(engine, &photo, fc_buffer_bytes(&file), NULL, no_portrait, NULL, &err),
        err);
    assert_non_null(strstr(err.text, "selfie_segmentation"));
    assert_int_equal(photo.faces.count, 1);
    fc_photo_clear(&photo);
    remove_links(folder);
}

/* The end of an engine that nobody has waited for waits for what it has begun. */
static void engines_that_are_begun_are_as_others(void **state)
{
    (void)state;
    if (access("models/face_landmark.tflite", R_OK) != 0) {
        skip();
    }
    fc_error err = { 0 };
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    for (int i = 0; i < 2; i++) {
        FC_AUTO(fc_engine) engine = NULL;
        ASSERT_OK(fc_engine_begin(&settings, NULL, &engine, &err), err);
        if (i == 0) {
            ASSERT_OK(fc_engine_wait(engine, &err), err);
            assert_true(fc_engine_model_loaded(engine, FC_MODEL_FILE_detector));
        }
    }
    fc_engine *none = NULL;
    (void)snprintf(settings.formats, sizeof settings.formats, "doc");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_engine_begin(&settings, NULL, &none, &err), err);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_params_can_ask_for_is_loaded),
        cmocka_unit_test(what_is_named_and_missing_is_a_clear_failure),
        cmocka_unit_test(an_engine_that_is_begun_tells_whoever_waits_why_it_is_not_loaded),
        cmocka_unit_test(faces_are_found_before_the_other_networks_are_there),
        cmocka_unit_test(engines_that_are_begun_are_as_others),
    };
    return cmocka_run_group_tests_name("engine/engine_load", tests, NULL, NULL);
}
