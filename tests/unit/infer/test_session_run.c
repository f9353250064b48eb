#include "infer/session.h"

#include <pthread.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_test.h"

#define MODEL_BYTES_MAX ((size_t)1 << 20)

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

static void a_warm_up_needs_no_tensors(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_runtime) runtime = start(1);
    FC_AUTO(fc_session) session = open_model(runtime, "tests/data/onnx/sum_and_product.onnx");
    ASSERT_OK(fc_session_warm(session, &err), err);
    assert_true(fc_session_loaded(session));
    SWEEP_ALLOCATIONS(fc_session_warm(session, &err), fc_session_loaded(session));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_are_written_into_the_callers_memory),
        cmocka_unit_test(later_outputs_can_be_left_out),
        cmocka_unit_test(tensors_that_do_not_fit_the_model_are_refused),
        cmocka_unit_test(one_session_serves_many_threads),
        cmocka_unit_test(a_warm_up_needs_no_tensors),
    };
    return cmocka_run_group_tests_name("infer/session_run", tests, NULL, NULL);
}
