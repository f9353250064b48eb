#include <pthread.h>

#include "base/clock.h"
#include "jobs/worker_pool.h"
#include "support/fc_test.h"
#include "support/stub_work.h"

#define SOON_US 20000
#define LATER_US INT64_C(600000000)

static fc_task *submit(fc_worker_pool *pool, char what, int64_t time_us)
{
    fc_error err = { 0 };
    fc_task *task = NULL;
    const fc_task_request request = { .deadline_us = fc_clock_us() + time_us };
    ASSERT_OK(fc_stub_submit(pool, request, what, &task, &err), err);
    return task;
}

/* The watch sleeps until the later one when the earlier one comes. */
static void an_earlier_deadline_wakes_the_watch(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = submit(pool, 'w', LATER_US);
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) patient = submit(pool, 'q', LATER_US);
    FC_AUTO(fc_task) late = submit(pool, 'q', SOON_US);
    assert_true(fc_task_wait(late, 60000));
    assert_int_equal(fc_task_outcome(late)->failure.status, FC_DEADLINE);
    assert_int_equal(fc_worker_pool_stats(pool).queued, 1);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(patient, 60000));
    assert_int_equal(fc_task_read_progress(running).state, FC_JOB_SUCCEEDED);
    assert_int_equal(fc_task_read_progress(patient).state, FC_JOB_SUCCEEDED);
}

/* Two of 60 bytes do not fit into 100 together, and the first one does not give way. */
static void a_deadline_ends_the_wait_for_memory(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 2, 4, NULL);
    FC_AUTO(fc_task) holder = submit(pool, 'w', LATER_US);
    fc_stub_await_stage(holder);
    assert_true(fc_worker_pool_charge(pool, 45, 0));
    FC_AUTO(fc_task) late = submit(pool, 'b', SOON_US);
    assert_true(fc_task_wait(late, 60000));
    assert_int_equal(fc_task_outcome(late)->failure.status, FC_DEADLINE);
    fc_worker_pool_discharge(pool, 45);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(holder, 60000));
}

static void note_thread(void *context, fc_task *task, fc_job_state outcome)
{
    (void)task;
    (void)outcome;
    *(pthread_t *)context = pthread_self();
}

static void late_tasks_that_wait_end_on_one_thread_of_the_pool(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    pthread_t threads[2] = { pthread_self(), pthread_self() };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    fc_task *late[2] = { NULL };
    for (int i = 0; i < 2; i++) {
        const fc_task_request request = { .deadline_us = fc_clock_us() + SOON_US,
                                          .ended = note_thread,
                                          .context = &threads[i] };
        ASSERT_OK(fc_stub_submit(pool, request, 'q', &late[i], &err), err);
    }
    for (int i = 0; i < 2; i++) {
        assert_true(fc_task_wait(late[i], 60000));
        fc_task_unref(late[i]);
    }
    assert_false(pthread_equal(threads[0], pthread_self()));
    assert_true(pthread_equal(threads[0], threads[1]));
    atomic_store(&self.open, true);
}

static void assert_late(fc_task *task)
{
    assert_true(fc_task_wait(task, 60000));
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_DEADLINE);
    assert_string_equal(fc_task_outcome(task)->failure.text, "the work took longer than it may");
}

static void a_task_that_runs_is_stopped_at_its_deadline(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    const int64_t deadline_us = fc_clock_us() + SOON_US;
    FC_AUTO(fc_task) task = submit(pool, 'w', SOON_US);
    assert_late(task);
    assert_true(fc_clock_us() >= deadline_us);
}

static void a_deadline_that_has_passed_ends_the_task_at_once(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) task = submit(pool, 'w', -SOON_US);
    assert_late(task);
}

static void a_task_that_was_cancelled_before_stays_cancelled(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_busy(pool, 1);
    FC_AUTO(fc_task) task = submit(pool, 'w', LATER_US);
    fc_task_cancel(task);
    assert_true(fc_task_wait(task, 60000));
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_CANCELLED);
    atomic_store(&self.open, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_deadline_wakes_the_watch),
        cmocka_unit_test(a_deadline_ends_the_wait_for_memory),
        cmocka_unit_test(late_tasks_that_wait_end_on_one_thread_of_the_pool),
        cmocka_unit_test(a_task_that_runs_is_stopped_at_its_deadline),
        cmocka_unit_test(a_deadline_that_has_passed_ends_the_task_at_once),
        cmocka_unit_test(a_task_that_was_cancelled_before_stays_cancelled),
    };
    return cmocka_run_group_tests_name("jobs/worker_pool_deadlines", tests, NULL, NULL);
}
