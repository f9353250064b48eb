#include "infer/session.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

#define MODEL_BYTES_MAX ((size_t)1 << 20)
#define OUTSIDE "tests/data/onnx/weights_outside.onnx"

static fc_runtime *start(int32_t threads)
{
    fc_error err = { 0 };
    fc_runtime *runtime = NULL;
    ASSERT_OK(fc_runtime_new(threads, &runtime, &err), err);
    return runtime;
}

static fc_tensor pairs(float *data, int64_t count)
{
    return (fc_tensor){ .data = data, .shape = { count, 2 }, .rank = 2 };
}

static void assert_refused(fc_runtime *runtime, fc_bytes model, const char *hint)
{
    fc_error err = { 0 };
    fc_session *session = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_session_new(runtime, "odd", model, &session, &err), err);
    assert_null(session);
    assert_non_null(strstr(err.text, hint));
    assert_memory_equal(err.text, "odd: ", 5);
    assert_null(strchr(err.text, '\n'));
    assert_null(strchr(err.text, '/'));
}

static void models_that_cannot_run_are_refused_in_one_line(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO_BUFFER(integers, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/integers.onnx", MODEL_BYTES_MAX, &integers, &err), err);
    assert_refused(runtime, fc_buffer_bytes(&integers), "'a' is not a float32 tensor");

    FC_AUTO_BUFFER(external, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/external.onnx", MODEL_BYTES_MAX, &external, &err), err);
    assert_refused(runtime, fc_buffer_bytes(&external), "names other files");

    assert_refused(runtime, (fc_bytes){ (const uint8_t *)"nonsense", 8 }, "not an ONNX file");
    assert_refused(runtime, (fc_bytes){ (const uint8_t *)"", 0 }, "");

    /* Well-formed, but of an operator set that does not exist yet. */
    FC_AUTO_BUFFER(later, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/sum_and_product.onnx", MODEL_BYTES_MAX, &later, &err),
              err);
    assert_int_equal(later.data[later.size - 1], 14);
    later.data[later.size - 1] = 99;
    assert_refused(runtime, fc_buffer_bytes(&later), "");
}

static void assert_scaled(fc_session *session)
{
    fc_error err = { 0 };
    float x[4] = { 1, 1, 2, 2 };
    float y[4] = { 0 };
    const fc_tensor in = pairs(x, 2);
    const fc_tensor out = pairs(y, 2);
    ASSERT_OK(fc_session_run(session, &in, 1, &out, 1, &err), err);
    const float wanted[4] = { 11, 22, 12, 24 };
    assert_memory_equal(y, wanted, sizeof y);
}

static void weights_in_a_file_beside_the_model_are_used(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", OUTSIDE, &session, &err), err);
    assert_scaled(session);
    FC_AUTO(fc_session) exact = NULL;
    ASSERT_OK(fc_session_open_fp32(runtime, "m", OUTSIDE, &exact, &err), err);
    assert_scaled(exact);
}

static void a_link_to_a_model_is_followed_to_its_weights(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char folder[] = "/tmp/fc_session_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char link[PATH_MAX];
    char target[PATH_MAX];
    assert_non_null(realpath(OUTSIDE, target));
    (void)snprintf(link, sizeof link, "%s/m.onnx", folder);
    assert_int_equal(symlink(target, link), 0);
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = NULL;
    ASSERT_OK(fc_session_open(runtime, "m", link, &session, &err), err);
    assert_scaled(session);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void files_that_cannot_run_are_refused_in_one_line(void **state)
{
    (void)state;
    static const char *const ODD[][2] = {
        { "tests/data/onnx/nothing.onnx", "No such file" },
        { "tests/data/onnx", "a folder" },
        { "tests/data/onnx/weights.bin", "not an ONNX file" },
        { "tests/data/onnx/integers.onnx", "'a' is not a float32 tensor" },
        { "tests/data/onnx/external.onnx", "no offset and length" },
    };
    FC_AUTO(fc_runtime) runtime = start(1);
    for (size_t i = 0; i < sizeof ODD / sizeof ODD[0]; i++) {
        fc_error err = { 0 };
        fc_session *session = NULL;
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                     fc_session_open(runtime, "odd", ODD[i][0], &session, &err), err);
        assert_null(session);
        assert_memory_equal(err.text, "odd: ", 5);
        assert_null(strchr(err.text, '\n'));
        if (strstr(err.text, ODD[i][1]) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", err.text, ODD[i][1]);
        }
    }
}

static void sessions_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read("tests/data/onnx/sum_and_product.onnx", MODEL_BYTES_MAX, &model, &err),
              err);
    FC_AUTO(fc_runtime) runtime = NULL;
    SWEEP_ALLOCATIONS(fc_runtime_new(1, &runtime, &err), runtime == NULL);
    FC_AUTO(fc_session) session = NULL;
    SWEEP_ALLOCATIONS(fc_session_new(runtime, "m", fc_buffer_bytes(&model), &session, &err),
                      session == NULL);
    FC_AUTO(fc_session) opened = NULL;
    SWEEP_ALLOCATIONS(fc_session_open(runtime, "m", OUTSIDE, &opened, &err), opened == NULL);
}

static void the_library_tells_its_version(void **state)
{
    (void)state;
    assert_memory_equal(fc_runtime_version(), "1.", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_that_cannot_run_are_refused_in_one_line),
        cmocka_unit_test(weights_in_a_file_beside_the_model_are_used),
        cmocka_unit_test(a_link_to_a_model_is_followed_to_its_weights),
        cmocka_unit_test(files_that_cannot_run_are_refused_in_one_line),
        cmocka_unit_test(sessions_survive_every_allocation_failure),
        cmocka_unit_test(the_library_tells_its_version),
    };
    return cmocka_run_group_tests_name("infer/session", tests, NULL, NULL);
}
