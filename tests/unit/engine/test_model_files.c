#include "engine/model_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
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

/* ---- supply ---------------------------------------------------------------------------------- */

static void every_model_has_its_paragraph_in_the_lock(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_supply *supply = fc_model_file_supply(i);
        assert_string_equal(supply->file, fc_model_file_lookup(i)->file);
        assert_true(supply->bytes > 0);
        assert_int_equal(strlen(supply->sha256), 64);
        assert_int_equal(strspn(supply->sha256, "0123456789abcdef"), 64);
    }
}

static void only_what_starts_without_being_asked_for_is_required(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const bool asked_for = fc_model_file_supply(i)->word[0] != '\0';
        assert_true(fc_model_file_lookup(i)->optional || !asked_for);
    }
}

static void an_unknown_file_has_none(void **state)
{
    (void)state;
    assert_null(fc_supply_lookup("nothing.onnx"));
    assert_null(fc_supply_lookup(""));
}

/* ---- notices --------------------------------------------------------------------------------- */

static void every_model_says_whose_it_is_and_what_may_be_done(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const fc_model_notice *notice = fc_model_notice_lookup(i);
        assert_true(strlen(notice->owner) > 0);
        assert_true(strlen(notice->terms) > 20);
        assert_int_equal(strncmp(notice->text, "https://", 8), 0);
    }
}

static void terms_that_exclude_commercial_use_say_so(void **state)
{
    (void)state;
    for (int i = 0; i < FC_MODEL_FILES_COUNT; i++) {
        const char *terms = fc_model_notice_lookup(i)->terms;
        const bool excluded = strstr(terms, "non-commercial") != NULL ||
                              strstr(terms, "excludes commercial use") != NULL;
        assert_int_equal(!excluded, fc_model_file_lookup(i)->commercial);
    }
}

/* ---- verify ---------------------------------------------------------------------------------- */

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
        cmocka_unit_test(every_model_has_its_paragraph_in_the_lock),
        cmocka_unit_test(only_what_starts_without_being_asked_for_is_required),
        cmocka_unit_test(an_unknown_file_has_none),
        cmocka_unit_test(every_model_says_whose_it_is_and_what_may_be_done),
        cmocka_unit_test(terms_that_exclude_commercial_use_say_so),
        SCENE_TEST(another_file_under_the_name_is_not_genuine),
        SCENE_TEST(a_file_that_is_not_there_is_a_verdict),
        SCENE_TEST(a_refused_file_is_not_even_read),
        SCENE_TEST(an_empty_file_is_refused_by_name),
        SCENE_TEST(verifying_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("engine/model_files", tests, NULL, NULL);
}
