#include "jobs/task.h"

#include "base/clock.h"
#include "support/fc_test.h"
#include "support/stub_work.h"

static void a_waiting_task_is_cancelled_at_once(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_busy(pool, 1);
    FC_AUTO(fc_task) first = fc_stub_task(pool, 'q');
    FC_AUTO(fc_task) middle = fc_stub_task(pool, 'q');
    FC_AUTO(fc_task) last = fc_stub_task(pool, 'q');
    fc_task_cancel(middle);
    assert_int_equal(fc_task_read_progress(middle).state, FC_JOB_CANCELLED);
    fc_task_cancel(middle);
    fc_task_cancel(last);
    assert_int_equal(fc_worker_pool_stats(pool).queued, 1);
    FC_AUTO(fc_task) another = fc_stub_task(pool, 'q');
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(another, 60000));
    assert_int_equal(fc_task_read_progress(first).state, FC_JOB_SUCCEEDED);
    assert_int_equal(atomic_load(&self.done), 3);
}

static void a_running_task_is_cancelled_after_its_stage(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 'w');
    fc_stub_await_stage(task);
    const fc_task_progress progress = fc_task_read_progress(task);
    assert_int_equal(progress.state, FC_JOB_RUNNING);
    assert_string_equal(progress.stage, fc_stages[2].name);
    assert_true(progress.share > 0 && progress.share < 1);
    fc_task_cancel(task);
    assert_true(fc_task_wait(task, 60000));
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_CANCELLED);
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_CANCELLED);
}

static void deadlines_end_tasks_that_run_and_that_wait(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = NULL;
    FC_AUTO(fc_task) waiting = NULL;
    FC_AUTO(fc_task) patient = NULL;
    fc_task_request request = { .deadline_us = fc_clock_us() + 50000 };
    ASSERT_OK(fc_stub_submit(pool, request, 'w', &running, &err), err);
    request.deadline_us = fc_clock_us() + 20000;
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &waiting, &err), err);
    request.deadline_us = fc_clock_us() + 60000000;
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &patient, &err), err);
    assert_true(fc_task_wait(waiting, 60000));
    assert_true(fc_task_wait(running, 60000));
    assert_true(fc_task_wait(patient, 60000));
    assert_int_equal(fc_task_outcome(waiting)->failure.status, FC_DEADLINE);
    assert_int_equal(fc_task_outcome(running)->failure.status, FC_DEADLINE);
    assert_int_equal(fc_task_read_progress(running).state, FC_JOB_FAILED);
    assert_int_equal(fc_task_read_progress(patient).state, FC_JOB_SUCCEEDED);
}

static void a_result_outlives_its_pool(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_worker_pool *pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 'q');
    assert_true(fc_task_wait(task, 60000));
    fc_worker_pool_free(pool);
    assert_true(fc_task_wait(task, 60000));
    fc_task_cancel(task);
    assert_int_equal(fc_task_outcome(task)->portrait_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiting_task_is_cancelled_at_once),
        cmocka_unit_test(a_running_task_is_cancelled_after_its_stage),
        cmocka_unit_test(deadlines_end_tasks_that_run_and_that_wait),
        cmocka_unit_test(a_result_outlives_its_pool),
    };
    return cmocka_run_group_tests_name("jobs/task", tests, NULL, NULL);
}
