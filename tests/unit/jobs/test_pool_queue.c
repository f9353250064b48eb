#include <string.h>

#include "jobs/worker_pool.h"
#include "support/fc_test.h"
#include "support/stub_work.h"

#define WAITING 5

/* Every other one, the last first: the links of the queue hold. */
static void what_was_cancelled_takes_no_place_in_the_queue(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, WAITING, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    fc_task *tasks[WAITING] = { NULL };
    for (int i = 0; i < WAITING; i++) {
        tasks[i] = fc_stub_task(pool, 'q');
    }
    ASSERT_FAILS(FC_BUSY, fc_stub_submit(pool, (fc_task_request){ 0 }, 'q', NULL, &err), err);
    fc_task_cancel(tasks[4]);
    fc_task_cancel(tasks[2]);
    fc_task_cancel(tasks[0]);
    assert_int_equal(fc_worker_pool_stats(pool).queued, 2);
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 3); /* with the one that runs */
    assert_int_equal(fc_task_read_progress(tasks[1]).ahead, 0);
    assert_int_equal(fc_task_read_progress(tasks[3]).ahead, 1);
    FC_AUTO(fc_task) next = fc_stub_task(pool, 'q');
    assert_int_equal(fc_task_read_progress(next).ahead, 2);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(next, 60000));
    for (int i = 0; i < WAITING; i++) {
        assert_true(fc_task_wait(tasks[i], 60000));
        assert_int_equal(fc_task_read_progress(tasks[i]).state,
                         i % 2 == 0 ? FC_JOB_CANCELLED : FC_JOB_SUCCEEDED);
        fc_task_unref(tasks[i]);
    }
    assert_int_equal(atomic_load(&self.done), 4);
}

static void a_cancelled_job_is_not_found_any_more(void **state)
{
    (void)state;
    static const char ID[] = "00112233445566778899aabbccddeeff";
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 2, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) waiting = NULL;
    fc_task_request request = { 0 };
    memcpy(request.job_id, ID, sizeof ID);
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &waiting, &err), err);
    FC_AUTO(fc_task) found = fc_worker_pool_lookup(pool, ID);
    assert_ptr_equal(found, waiting);
    fc_task_cancel(waiting);
    assert_null(fc_worker_pool_lookup(pool, ID));
    atomic_store(&self.open, true);
}

static void draining_ends_what_waits_without_beginning_it(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) first = fc_stub_task(pool, 'q');
    FC_AUTO(fc_task) last = fc_stub_task(pool, 'q');
    assert_false(fc_worker_pool_drain(pool, 0));
    assert_true(fc_task_wait(first, 0));
    assert_true(fc_task_wait(last, 0));
    assert_int_equal(atomic_load(&self.done), 1);
    assert_true(fc_worker_pool_drain(pool, 0));
}

static void files_that_wait_count_as_memory(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 2);
    FC_AUTO(fc_task) waiting = fc_stub_task(pool, 'q');
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 3);
    fc_task_cancel(waiting);
    assert_true(fc_task_wait(waiting, 60000));
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 2);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(running, 60000));
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 0);
}

static void the_time_to_come_again_has_bounds(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 200, NULL);
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 1);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_busy(pool, 1);
    for (int i = 0; i < 200; i++) {
        fc_task_unref(fc_stub_task(pool, 'q'));
    }
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 120);
    atomic_store(&self.open, true);
    assert_true(fc_worker_pool_drain(pool, 60000));
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 1);
}

static void a_pool_that_is_drained_stays_closed(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 2, 4, NULL);
    assert_true(fc_worker_pool_drain(pool, 0)); /* nothing is left to wait for */
    assert_true(fc_worker_pool_stats(pool).draining);
    ASSERT_FAILS(FC_STOPPING, fc_stub_submit(pool, (fc_task_request){ 0 }, 'q', NULL, &err), err);
    assert_true(fc_worker_pool_drain(pool, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_cancelled_takes_no_place_in_the_queue),
        cmocka_unit_test(a_cancelled_job_is_not_found_any_more),
        cmocka_unit_test(draining_ends_what_waits_without_beginning_it),
        cmocka_unit_test(files_that_wait_count_as_memory),
        cmocka_unit_test(the_time_to_come_again_has_bounds),
        cmocka_unit_test(a_pool_that_is_drained_stays_closed),
    };
    return cmocka_run_group_tests_name("jobs/pool_queue", tests, NULL, NULL);
}
