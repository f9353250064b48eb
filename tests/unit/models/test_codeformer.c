#define _GNU_SOURCE /* mkdtemp, nftw */

#include "models/codeformer.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/model_import.h"
#include "support/fc_test.h"
#include "support/pictures.h"
#include "support/torch_file.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)

static char folder[64];
static fc_model_import_result files;
static fc_runtime *runtime;
static fc_codeformer *model;

static int start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char path[96];
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    (void)snprintf(folder, sizeof folder, "/tmp/facecraft-codeformer-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/net.pth", folder);
    fc_torch_codeformer_write(&(fc_torch_fault){ 0 }, &file);
    if (fc_file_write(path, fc_buffer_bytes(&file), &err) != FC_OK ||
        fc_model_import(path, NULL, &files, &err) != FC_OK ||
        fc_runtime_new(2, &runtime, &err) != FC_OK) {
        return -1;
    }
    return fc_codeformer_new(runtime, files.codes, files.generator, &model, &err) == FC_OK ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
    (void)facts;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int stop(void **state)
{
    (void)state;
    fc_codeformer_free(model);
    fc_runtime_free(runtime);
    return nftw(folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

static void a_face_becomes_a_face_of_the_same_size(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { FC_CODEFORMER_SIDE, FC_CODEFORMER_SIDE };
    FC_AUTO(fc_image) face = fc_test_random(size, 7);
    FC_AUTO(fc_image) free_hand = NULL;
    FC_AUTO(fc_image) faithful = NULL;
    FC_AUTO(fc_image) again = NULL;
    assert_string_equal(fc_codeformer_device(model), "cpu");
    ASSERT_OK(fc_codeformer_run(model, face, 0.0, &free_hand, &err), err);
    ASSERT_OK(fc_codeformer_run(model, face, 1.0, &faithful, &err), err);
    ASSERT_OK(fc_codeformer_run(model, face, 1.0, &again, &err), err);
    assert_int_equal(faithful->size.width, FC_CODEFORMER_SIDE);
    assert_int_equal(faithful->size.height, FC_CODEFORMER_SIDE);
    assert_int_equal(faithful->channels, 3);
    assert_int_equal(fc_test_largest_difference(faithful, again), 0);
    assert_true(fc_test_largest_difference(faithful, free_hand) > 0);
}

static void a_fidelity_outside_its_range_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { FC_CODEFORMER_SIDE, FC_CODEFORMER_SIDE };
    FC_AUTO(fc_image) face = fc_test_flat(size, 9, 9, 9);
    fc_image *out = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_codeformer_run(model, face, -0.1, &out, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_codeformer_run(model, face, 1.1, &out, &err), err);
    assert_string_equal(err.text, "a fidelity of 1.1, it is 0 to 1");
    assert_null(out);
}

static void a_missing_or_a_wrong_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_codeformer *made = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_codeformer_new(runtime, "no/such.onnx", files.generator, &made, &err), err);
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_codeformer_new(runtime, files.generator, files.generator, &made, &err), err);
    assert_string_equal(err.text, "codeformer: the first half has 1 outputs, 5 are needed");
    assert_null(made);
}

static void running_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { FC_CODEFORMER_SIDE, FC_CODEFORMER_SIDE };
    FC_AUTO(fc_image) face = fc_test_flat(size, 120, 100, 90);
    FC_AUTO(fc_image) out = NULL;
    SWEEP_ALLOCATIONS(fc_codeformer_run(model, face, 0.5, &out, &err), out == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_becomes_a_face_of_the_same_size),
        cmocka_unit_test(a_fidelity_outside_its_range_is_refused),
        cmocka_unit_test(a_missing_or_a_wrong_file_is_refused),
        cmocka_unit_test(running_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/codeformer", tests, start, stop);
}
