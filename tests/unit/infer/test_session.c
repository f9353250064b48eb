#include "infer/session.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

#define MODEL_BYTES_MAX ((size_t)1 << 20)
#define OUTSIDE "tests/data/onnx/weights_outside.onnx"

static fc_session *open_model(fc_runtime *runtime, const char *path)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(model, 0);
    ASSERT_OK(fc_file_read(path, MODEL_BYTES_MAX, &model, &err), err);
    fc_session *session = NULL;
    ASSERT_OK(fc_session_new(runtime, "model", fc_buffer_bytes(&model), &session, &err), err);
    return session;
}

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

static void outputs_are_written_into_the_callers_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = open_model(runtime, "tests/data/onnx/sum_and_product.onnx");
    assert_string_equal(fc_session_device(session), "cpu");

    float a[6] = { 1, 2, 3, 4, 5, 6 };
    float b[6] = { 7, 8, 9, 10, 11, 12 };
    float sum[7] = { [6] = -1.0F };
    float product[6] = { 0 };
    const fc_tensor inputs[] = { pairs(a, 3), pairs(b, 3) };
    const fc_tensor outputs[] = { pairs(sum, 3), pairs(product, 3) };
    ASSERT_OK(fc_session_run(session, inputs, 2, outputs, 2, &err), err);
    for (int i = 0; i < 6; i++) {
        assert_float_equal(sum[i], a[i] + b[i], 0.0F);
        assert_float_equal(product[i], a[i] * b[i], 0.0F);
    }
    assert_float_equal(sum[6], -1.0F, 0.0F);
}

static void later_outputs_can_be_left_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(2);
    FC_AUTO(fc_session) session = open_model(runtime, "tests/data/onnx/sum_and_product.onnx");
    float a[2] = { 1, 2 };
    float sum[2] = { 0 };
    const fc_tensor inputs[] = { pairs(a, 1), pairs(a, 1) };
    const fc_tensor output = pairs(sum, 1);
    ASSERT_OK(fc_session_run(session, inputs, 2, &output, 1, &err), err);
    assert_float_equal(sum[1], 4.0F, 0.0F);
}

static void tensors_that_do_not_fit_the_model_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = open_model(runtime, "tests/data/onnx/sum_and_product.onnx");
    float a[6] = { 0 };
    float b[6] = { 0 };
    const fc_tensor good[] = { pairs(a, 2), pairs(a, 2), pairs(a, 2) };
    const fc_tensor out = pairs(b, 2);
    const fc_tensor flat[] = { { .data = a, .shape = { 4 }, .rank = 1 }, pairs(a, 2) };
    const fc_tensor wide[] = { { .data = a, .shape = { 2, 3 }, .rank = 2 }, pairs(a, 2) };
    const fc_tensor long_out = pairs(b, 3);
    const fc_status refusal = FC_MODEL_UNAVAILABLE;

    ASSERT_FAILS(refusal, fc_session_run(session, good, 1, &out, 1, &err), err);
    assert_string_equal(err.text, "model: 1 inputs, the model has 2");
    ASSERT_FAILS(refusal, fc_session_run(session, good, 2, good, 3, &err), err);
    assert_string_equal(err.text, "model: 3 outputs, the model has 2");
    ASSERT_FAILS(refusal, fc_session_run(session, good, 2, &out, 0, &err), err);
    ASSERT_FAILS(refusal, fc_session_run(session, flat, 2, &out, 1, &err), err);
    assert_string_equal(err.text, "model: 'a' with 1 axes, the model has 2");
    ASSERT_FAILS(refusal, fc_session_run(session, wide, 2, &out, 1, &err), err);
    assert_string_equal(err.text, "model: 'a' with length 3 of axis 1, the model has 2");
    /* Only the runtime can find this one: the length is not fixed by the model. */
    ASSERT_FAILS(refusal, fc_session_run(session, good, 2, &long_out, 1, &err), err);
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

typedef struct job {
    fc_session *session;
    float value;
    int wrong;
} job;

static void *run_often(void *argument)
{
    job *mine = argument;
    for (int i = 0; i < 200; i++) {
        float a[2] = { mine->value, (float)i };
        float sum[2] = { 0 };
        const fc_tensor inputs[] = { pairs(a, 1), pairs(a, 1) };
        const fc_tensor output = pairs(sum, 1);
        fc_error err = { 0 };
        if (fc_session_run(mine->session, inputs, 2, &output, 1, &err) != FC_OK ||
            sum[0] != 2 * mine->value || sum[1] != (float)(2 * i)) {
            mine->wrong++;
        }
    }
    return NULL;
}

static void one_session_serves_many_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = open_model(runtime, "tests/data/onnx/sum_and_product.onnx");
    pthread_t threads[THREADS];
    job jobs[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){ .session = session, .value = (float)(i + 1) };
        assert_int_equal(pthread_create(&threads[i], NULL, run_often, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].wrong, 0);
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
        cmocka_unit_test(outputs_are_written_into_the_callers_memory),
        cmocka_unit_test(later_outputs_can_be_left_out),
        cmocka_unit_test(tensors_that_do_not_fit_the_model_are_refused),
        cmocka_unit_test(models_that_cannot_run_are_refused_in_one_line),
        cmocka_unit_test(weights_in_a_file_beside_the_model_are_used),
        cmocka_unit_test(a_link_to_a_model_is_followed_to_its_weights),
        cmocka_unit_test(files_that_cannot_run_are_refused_in_one_line),
        cmocka_unit_test(one_session_serves_many_threads),
        cmocka_unit_test(sessions_survive_every_allocation_failure),
        cmocka_unit_test(the_library_tells_its_version),
    };
    return cmocka_run_group_tests_name("infer/session", tests, NULL, NULL);
}
