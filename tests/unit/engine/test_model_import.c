#define _GNU_SOURCE /* mkdtemp, nftw */

#include "engine/model_import.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/runtime_plan.h"
#include "support/fc_test.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)

static char root[64];
static char models[80];     /* the folder of the checkpoint */
static char other[80];      /* an empty one */
static char checkpoint[96]; /* the checkpoint in it */

static void write_checkpoint(const fc_torch_fault *fault)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_torch_codeformer_write(fault, &file);
    ASSERT_OK(fc_file_write(checkpoint, fc_buffer_bytes(&file), &err), err);
}

static int make_folders(void **state)
{
    (void)state;
    (void)snprintf(root, sizeof root, "/tmp/facecraft-import-XXXXXX");
    if (mkdtemp(root) == NULL) {
        return -1;
    }
    (void)snprintf(models, sizeof models, "%s/models", root);
    (void)snprintf(other, sizeof other, "%s/other", root);
    (void)snprintf(checkpoint, sizeof checkpoint, "%s/own.pth", models);
    if (mkdir(models, 0700) != 0 || mkdir(other, 0700) != 0) {
        return -1;
    }
    write_checkpoint(&(fc_torch_fault){ 0 });
    return 0;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
    (void)facts;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int remove_folders(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static bool exists(const char *folder, const char *name)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static void models_are_written_beside_the_checkpoint_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    ASSERT_OK(fc_model_import(checkpoint, NULL, &result, &err), err);
    assert_int_equal(result.files_written, 3);
    assert_string_equal(result.folder, models);
    assert_true(exists(models, "codeformer.onnx"));
    assert_true(exists(models, "codeformer_codes.onnx"));
    assert_true(exists(models, "codeformer_generator.onnx"));
    assert_false(exists(models, "codeformer.pth"));

    ASSERT_OK(fc_model_import(checkpoint, NULL, &result, &err), err);
    assert_int_equal(result.files_written, 0);
}

static void another_folder_gets_a_copy_of_the_checkpoint_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    ASSERT_OK(fc_model_import(checkpoint, other, &result, &err), err);
    assert_int_equal(result.files_written, 4);
    assert_true(exists(other, "codeformer.pth"));
    assert_true(exists(other, "codeformer_codes.onnx"));
    assert_false(exists(models, "codeformer_codes.onnx"));

    ASSERT_OK(fc_model_import(checkpoint, other, &result, &err), err);
    assert_int_equal(result.files_written, 0);
}

static void a_link_stands_for_the_file_that_it_leads_to(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    char link_path[128];
    (void)snprintf(link_path, sizeof link_path, "%s/link.pth", other);
    assert_int_equal(symlink(checkpoint, link_path), 0);
    ASSERT_OK(fc_model_import(link_path, NULL, &result, &err), err);
    assert_string_equal(result.folder, models);
}

static void models_of_another_checkpoint_are_replaced(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    ASSERT_OK(fc_model_import(checkpoint, NULL, &result, &err), err);
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    ASSERT_OK(fc_file_read(checkpoint, FILE_BYTES_MAX, &file, &err), err);
    ASSERT_OK(fc_file_write(result.codes, (fc_bytes){ (const uint8_t *)"old", 3 }, &err), err);
    ASSERT_OK(fc_model_import(checkpoint, NULL, &result, &err), err);
    assert_int_equal(result.files_written, 1);
}

static void a_damaged_checkpoint_is_refused_before_anything_is_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    ASSERT_OK(fc_file_read(checkpoint, FILE_BYTES_MAX, &file, &err), err);
    file.data[file.size / 2] ^= 1; /* in the middle of a weight */
    ASSERT_OK(fc_file_write(checkpoint, fc_buffer_bytes(&file), &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_model_import(checkpoint, NULL, &result, &err), err);
    assert_non_null(strstr(err.text, "is damaged, get the file once more"));
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_model_import(checkpoint, other, &result, &err), err);
    assert_false(exists(models, "codeformer_codes.onnx"));
    assert_false(exists(other, "codeformer.pth"));
}

static void what_is_no_checkpoint_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    ASSERT_FAILS(FC_IO, fc_model_import("/no/such/file.pth", NULL, &result, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_model_import("VERSION", other, &result, &err), err);
    assert_non_null(strstr(err.text, "not a whole zip file"));
    ASSERT_FAILS(FC_IO, fc_model_import(checkpoint, "/no/such/folder", &result, &err), err);
}

/* A folder stands where a model should be written: not even root can put a file there. */
static void where_nothing_can_be_written_the_cache_is_used(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    fc_settings settings = fc_settings_default();
    char obstacle[128];
    (void)snprintf(settings.codeformer_path, sizeof settings.codeformer_path, "%s", checkpoint);
    (void)snprintf(obstacle, sizeof obstacle, "%s/codeformer_codes.onnx", models);
    assert_int_equal(mkdir(obstacle, 0700), 0);
    char folder[256];
    (void)snprintf(folder, sizeof folder, "%s/facecraft", other);
    fc_cache_folder_set(folder);
    ASSERT_OK(fc_model_import_installed(&settings, &result, &err), err);
    assert_non_null(strstr(result.folder, "/other/facecraft"));
    assert_true(exists(other, "facecraft/codeformer.pth"));
    assert_true(exists(other, "facecraft/codeformer_codes.onnx"));
}

static void without_any_place_to_write_the_reason_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { 0 };
    fc_settings settings = fc_settings_default();
    char obstacle[128];
    (void)snprintf(settings.codeformer_path, sizeof settings.codeformer_path, "%s", checkpoint);
    (void)snprintf(obstacle, sizeof obstacle, "%s/codeformer_codes.onnx", models);
    assert_int_equal(mkdir(obstacle, 0700), 0);
    fc_cache_folder_set("/no/such/folder/facecraft");
    ASSERT_FAILS(FC_IO, fc_model_import_installed(&settings, &result, &err), err);
    fc_cache_folder_set("");
    ASSERT_FAILS(FC_IO, fc_model_import_installed(&settings, &result, &err), err);
    assert_string_equal(err.text, "neither XDG_CACHE_HOME nor HOME names a folder");
}

static void importing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_model_import_result result = { .files_written = -1 };
    fc_model_import_result first = { 0 };
    ASSERT_OK(fc_model_import(checkpoint, NULL, &first, &err), err);
    SWEEP_ALLOCATIONS(fc_model_import(checkpoint, NULL, &result, &err), result.files_written == -1);
}

#define IMPORT_TEST(name) cmocka_unit_test_setup_teardown(name, make_folders, remove_folders)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(models_are_written_beside_the_checkpoint_once),
        IMPORT_TEST(another_folder_gets_a_copy_of_the_checkpoint_once),
        IMPORT_TEST(a_link_stands_for_the_file_that_it_leads_to),
        IMPORT_TEST(models_of_another_checkpoint_are_replaced),
        IMPORT_TEST(a_damaged_checkpoint_is_refused_before_anything_is_written),
        IMPORT_TEST(what_is_no_checkpoint_is_refused),
        IMPORT_TEST(where_nothing_can_be_written_the_cache_is_used),
        IMPORT_TEST(without_any_place_to_write_the_reason_is_told),
        IMPORT_TEST(importing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("engine/model_import", tests, NULL, NULL);
}
