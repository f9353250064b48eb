#include "jobs/worker_pool.h"
#include "support/fc_test.h"
#include "support/stub_work.h"

/* The pool of the stub has 100 bytes. */

static void files_in_reception_take_at_most_half(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    assert_true(fc_worker_pool_charge(pool, 30, 0));
    assert_true(fc_worker_pool_charge(pool, 20, 0));
    assert_false(fc_worker_pool_charge(pool, 1, 30));
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 50);
    fc_worker_pool_discharge(pool, 20);
    assert_true(fc_worker_pool_charge(pool, 20, 30));
    fc_worker_pool_discharge(pool, 50);
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 0);
}

static void one_file_alone_takes_all_but_no_more(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    assert_true(fc_worker_pool_charge(pool, 60, 0));
    assert_true(fc_worker_pool_charge(pool, 40, 60));
    assert_false(fc_worker_pool_charge(pool, 1, 100));
    assert_false(fc_worker_pool_charge(pool, 1, 0));
    fc_worker_pool_discharge(pool, 100);
}

static void files_and_running_tasks_share_the_memory(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w'); /* 2 bytes */
    fc_stub_await_stage(running);
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 2);
    FC_AUTO(fc_task) waiting = fc_stub_task(pool, 'q'); /* its photo is one byte */
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 3);
    assert_false(fc_worker_pool_charge(pool, 50, 0));
    assert_true(fc_worker_pool_charge(pool, 49, 0));
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(waiting, 60000));
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 49);
    fc_worker_pool_discharge(pool, 49);
}

static void a_task_that_is_cancelled_in_the_queue_gives_its_file_back(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) waiting = fc_stub_task(pool, 'q');
    fc_task_cancel(waiting);
    assert_true(fc_task_wait(waiting, 60000));
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 2);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(running, 60000));
}

/* What is received goes nowhere until tasks have run: they must not wait for each other. */
static void a_task_runs_alone_however_much_is_being_received(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 2, 4, NULL);
    assert_true(fc_worker_pool_charge(pool, 90, 0));
    FC_AUTO(fc_task) first = fc_stub_task(pool, 'b'); /* 60 bytes */
    FC_AUTO(fc_task) second = fc_stub_task(pool, 'b');
    assert_true(fc_task_wait(first, 60000));
    assert_true(fc_task_wait(second, 60000));
    assert_int_equal(fc_task_read_progress(second).state, FC_JOB_SUCCEEDED);
    assert_int_equal(atomic_load(&self.most_running), 1);
    fc_worker_pool_discharge(pool, 90);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_in_reception_take_at_most_half),
        cmocka_unit_test(one_file_alone_takes_all_but_no_more),
        cmocka_unit_test(files_and_running_tasks_share_the_memory),
        cmocka_unit_test(a_task_that_is_cancelled_in_the_queue_gives_its_file_back),
        cmocka_unit_test(a_task_runs_alone_however_much_is_being_received),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
