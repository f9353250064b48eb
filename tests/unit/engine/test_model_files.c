#include "engine/model_files.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static fc_settings settings_with_folder(const char *folder)
{
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "%s", folder);
    return settings;
}

static void a_file_is_looked_for_in_the_folder_that_is_set(void **state)
{
    (void)state;
    const fc_settings settings = settings_with_folder("/some/folder");
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(FC_MODEL_FILE_selfie, &settings, path);
    assert_string_equal(path, "/some/folder/selfie_segmentation.tflite");
}

static void a_file_with_a_setting_of_its_own_may_lie_anywhere(void **state)
{
    (void)state;
    fc_settings settings = settings_with_folder("/some/folder");
    (void)snprintf(settings.predictor_path, sizeof settings.predictor_path, "/a/points.dat");
    (void)snprintf(settings.codeformer_path, sizeof settings.codeformer_path, "/a/restorer.pth");
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(FC_MODEL_FILE_landmarks, &settings, path);
    assert_string_equal(path, "/a/points.dat");
    fc_model_file_path(FC_MODEL_FILE_codeformer, &settings, path);
    assert_string_equal(path, "/a/restorer.pth");
}

static void without_settings_the_container_folder_is_the_last_place(void **state)
{
    (void)state;
    const fc_settings settings = fc_settings_default();
    char path[FC_MODEL_PATH_SIZE];
    fc_model_file_path(FC_MODEL_FILE_codeformer, &settings, path);
    assert_non_null(strstr(path, "models/codeformer/codeformer.pth"));
}

static void a_missing_file_is_refused_by_name_and_place(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_settings settings = settings_with_folder("/nowhere");
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_model_file_map(FC_MODEL_FILE_detector, &settings, &mapping, &err), err);
    assert_null(mapping);
    assert_non_null(strstr(err.text, "model face_detection_full_range: "));
    assert_non_null(strstr(err.text, "/nowhere/face_detection_full_range.tflite"));
}

static void what_a_licence_excludes_is_refused_and_not_loaded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_settings settings = settings_with_folder("models");
    settings.commercial_only = true;
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_model_file_map(FC_MODEL_FILE_landmarks, &settings, &mapping, &err), err);
    assert_null(mapping);
    assert_non_null(strstr(err.text, "refused: "));
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_landmarks, &settings), FC_MODEL_REFUSED);
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_codeformer, &settings), FC_MODEL_REFUSED);
}

static void a_missing_file_is_a_fault_only_where_it_is_needed(void **state)
{
    (void)state;
    const fc_settings settings = settings_with_folder("/nowhere");
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_selfie, &settings), FC_MODEL_MISSING);
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_u2net, &settings), FC_MODEL_NOT_INSTALLED);
    assert_string_equal(fc_model_state_name(FC_MODEL_MISSING), "missing");
}

static void the_mesh_is_needed_where_it_stands_in(void **state)
{
    (void)state;
    fc_settings settings = settings_with_folder("/nowhere");
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_mesh, &settings), FC_MODEL_NOT_INSTALLED);
    settings.commercial_only = true;
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_mesh, &settings), FC_MODEL_MISSING);
}

static void a_model_has_two_names(void **state)
{
    (void)state;
    assert_int_equal(fc_model_file_find("codeformer"), FC_MODEL_FILE_codeformer);
    assert_int_equal(fc_model_file_find("u2net_human_seg.onnx"), FC_MODEL_FILE_u2net);
    assert_int_equal(fc_model_file_find("nothing"), -1);
}

static void licences_say_what_the_columns_say(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_file *file = fc_model_file_lookup(i);
        assert_int_equal(strstr(file->licence, "not for commercial use") == NULL, file->commercial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_looked_for_in_the_folder_that_is_set),
        cmocka_unit_test(a_file_with_a_setting_of_its_own_may_lie_anywhere),
        cmocka_unit_test(without_settings_the_container_folder_is_the_last_place),
        cmocka_unit_test(a_missing_file_is_refused_by_name_and_place),
        cmocka_unit_test(what_a_licence_excludes_is_refused_and_not_loaded),
        cmocka_unit_test(a_missing_file_is_a_fault_only_where_it_is_needed),
        cmocka_unit_test(the_mesh_is_needed_where_it_stands_in),
        cmocka_unit_test(a_model_has_two_names),
        cmocka_unit_test(licences_say_what_the_columns_say),
    };
    return cmocka_run_group_tests_name("engine/model_files", tests, NULL, NULL);
}
