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
    fc_model_file_path(FC_MODEL_FILE_dlib, &settings, path);
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
                 fc_model_file_map(FC_MODEL_FILE_dlib, &settings, &mapping, &err), err);
    assert_null(mapping);
    assert_non_null(strstr(err.text, "refused: "));
    assert_int_equal(fc_model_file_state(FC_MODEL_FILE_dlib, &settings), FC_MODEL_REFUSED);
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

/* Which file is needed: that of the mesh, or dlib's where a setting names it. */
static void the_points_come_from_what_the_settings_name(void **state)
{
    (void)state;
    static const struct {
        fc_choice landmarks;
        const char *path;
        int file;
    } CASES[] = {
        { FC_LANDMARKS_AUTO, "", FC_MODEL_FILE_mesh },
        { FC_LANDMARKS_AUTO, "/a/points.dat", FC_MODEL_FILE_dlib },
        { FC_LANDMARKS_MESH, "/a/points.dat", FC_MODEL_FILE_mesh },
        { FC_LANDMARKS_DLIB, "", FC_MODEL_FILE_dlib },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_settings settings = settings_with_folder("/nowhere");
        settings.landmarks = CASES[i].landmarks;
        (void)snprintf(settings.predictor_path, sizeof settings.predictor_path, "%s",
                       CASES[i].path);
        const int other =
            CASES[i].file == FC_MODEL_FILE_mesh ? FC_MODEL_FILE_dlib : FC_MODEL_FILE_mesh;
        assert_int_equal(fc_model_file_of_landmarks(&settings), CASES[i].file);
        assert_int_equal(fc_model_file_state(CASES[i].file, &settings), FC_MODEL_MISSING);
        assert_int_equal(fc_model_file_state(other, &settings), FC_MODEL_NOT_INSTALLED);
    }
    assert_int_equal(fc_settings_default().landmarks, FC_LANDMARKS_AUTO);
}

static void a_missing_optional_file_is_refused_with_how_to_get_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_settings settings = settings_with_folder("/nowhere");
    settings.landmarks = FC_LANDMARKS_DLIB;
    fc_mapping *mapping = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_model_file_map(FC_MODEL_FILE_dlib, &settings, &mapping, &err), err);
    assert_non_null(strstr(err.text, "/nowhere/shape_predictor_68_face_landmarks.dat"));
    assert_non_null(strstr(err.text, "`facecraft models fetch dlib` gets it"));
    assert_null(mapping);
}

static void a_model_has_three_names(void **state)
{
    (void)state;
    assert_int_equal(fc_model_file_find("codeformer"), FC_MODEL_FILE_codeformer);
    assert_int_equal(fc_model_file_find("u2net_human_seg.onnx"), FC_MODEL_FILE_u2net);
    assert_int_equal(fc_model_file_find("dlib"), FC_MODEL_FILE_dlib);
    assert_int_equal(fc_model_file_find("u2net"), FC_MODEL_FILE_u2net);
    assert_int_equal(fc_model_file_find("nothing"), -1);
    assert_int_equal(fc_model_file_find(""), -1);
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
        cmocka_unit_test(the_points_come_from_what_the_settings_name),
        cmocka_unit_test(a_missing_optional_file_is_refused_with_how_to_get_it),
        cmocka_unit_test(a_model_has_three_names),
        cmocka_unit_test(licences_say_what_the_columns_say),
    };
    return cmocka_run_group_tests_name("engine/model_files", tests, NULL, NULL);
}
