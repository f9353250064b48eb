/* The pool with the real engine: the first test skips where the model files are not fetched. */
#include "jobs/work.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "jobs/worker_pool.h"
#include "support/fc_test.h"

static fc_engine *open_engine(void)
{
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    fc_error err = { 0 };
    fc_engine *engine = NULL;
    if (access("models/selfie_segmentation.tflite", R_OK) == 0) {
        ASSERT_OK(fc_engine_new(&settings, &engine, &err), err);
    }
    return engine;
}

static fc_task *submit_file(fc_worker_pool *pool, const char *path)
{
    fc_error err = { 0 };
    fc_task *task = NULL;
    fc_task_request request = { .params = fc_params_default(), .outputs = FC_OUTPUT_JPEG };
    ASSERT_OK(fc_file_read(path, 1 << 24, &request.photo, &err), err);
    ASSERT_OK(fc_worker_pool_submit(pool, &request, &task, &err), err);
    return task;
}

static void two_photos_go_through_at_the_same_time(void **state)
{
    (void)state;
    FC_AUTO(fc_engine) engine = open_engine();
    if (engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    const fc_work work = fc_work_of_engine(engine);
    const fc_worker_pool_limits limits = { 2, 4, 1 << 30, 0 };
    FC_AUTO(fc_worker_pool) pool = NULL;
    ASSERT_OK(fc_worker_pool_new(&work, &limits, NULL, &pool, &err), err);
    FC_AUTO(fc_task) first = submit_file(pool, "tests/data/astronaut.png");
    FC_AUTO(fc_task) second = submit_file(pool, "tests/data/official_portrait.jpg");
    FC_AUTO(fc_task) wrong = submit_file(pool, "tests/data/SOURCES.md");
    assert_true(fc_task_wait(first, 60000));
    assert_true(fc_task_wait(second, 60000));
    assert_true(fc_task_wait(wrong, 60000));
    assert_int_equal(fc_task_read_progress(first).state, FC_JOB_SUCCEEDED);
    const fc_task_result *result = fc_task_outcome(second);
    assert_int_equal(result->failure.status, FC_OK);
    assert_int_equal(result->portrait_count, 1);
    assert_true(result->portraits[0].jpeg.size > 1000);
    assert_null(result->portraits[0].canvas);
    assert_int_equal(result->photo.faces.count, 1);
    assert_int_equal(fc_task_outcome(wrong)->failure.status, FC_UNSUPPORTED_FORMAT);
}

static void a_device_that_is_not_there_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_engine *engine = NULL;
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.device, sizeof settings.device, "cuda:63");
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_engine_new(&settings, &engine, &err), err);
    assert_null(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_photos_go_through_at_the_same_time),
        cmocka_unit_test(a_device_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests_name("jobs/work", tests, NULL, NULL);
}
