#include "jobs/worker_pool.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "jobs/task_private.h"
#include "report/process_stats.h"
#include "support/fc_test.h"
#include "support/stub_work.h"

static void a_task_gives_its_portraits(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 2, 4, NULL);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 't');
    assert_true(fc_task_wait(task, 60000));
    const fc_task_result *result = fc_task_outcome(task);
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_SUCCEEDED);
    assert_true(fc_task_read_progress(task).share == 1.0);
    assert_int_equal(result->failure.status, FC_OK);
    assert_int_equal(result->portrait_count, 2);
    assert_ptr_equal(result->portraits[1].photo, &result->photo);
    assert_string_equal(fc_buffer_text(&result->portraits[1].png), "picture");
    assert_null(task->asked.photo.data);
}

static void a_failure_is_kept_with_its_text(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) damaged = fc_stub_task(pool, 'f');
    FC_AUTO(fc_task) large = fc_stub_task(pool, 'l');
    assert_true(fc_task_wait(damaged, 60000));
    assert_true(fc_task_wait(large, 60000));
    assert_int_equal(fc_task_read_progress(damaged).state, FC_JOB_FAILED);
    assert_string_equal(fc_task_outcome(damaged)->failure.text, "damaged");
    assert_int_equal(fc_task_outcome(large)->failure.status, FC_LIMIT_EXCEEDED);
    assert_int_equal(atomic_load(&self.done), 1);
}

static void a_full_queue_refuses_and_says_when_to_come_again(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 2, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_busy(pool, 1);
    FC_AUTO(fc_task) first = fc_stub_task(pool, 'q');
    FC_AUTO(fc_task) second = fc_stub_task(pool, 'q');
    assert_int_equal(fc_task_read_progress(first).ahead, 0);
    assert_int_equal(fc_task_read_progress(second).ahead, 1);
    assert_false(fc_task_wait(second, 1));
    ASSERT_FAILS(FC_BUSY, fc_stub_submit(pool, (fc_task_request){ 0 }, 'q', NULL, &err), err);
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 3); /* three of a second each */
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(second, 60000));
    assert_int_equal(fc_worker_pool_retry_after_s(pool), 1);
}

/* Two of 60 bytes do not fit into 100 together. */
static void memory_is_shared_out_in_order(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 4, 8, NULL);
    fc_task *tasks[4] = { NULL };
    for (int i = 0; i < 4; i++) {
        tasks[i] = fc_stub_task(pool, 'b');
    }
    for (int i = 0; i < 4; i++) {
        assert_true(fc_task_wait(tasks[i], 60000));
        assert_int_equal(fc_task_read_progress(tasks[i]).state, FC_JOB_SUCCEEDED);
        fc_task_unref(tasks[i]);
    }
    assert_int_equal(atomic_load(&self.most_running), 1);
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 0);
}

static void look_at_memory(fc_stub_work *stub, int32_t number)
{
    /* 2 bytes of estimate and one portrait of 7 that waits for the other; the last one was counted
     * by the estimate. */
    assert_int_equal(fc_worker_pool_stats(stub->pool).memory_used, 9);
    (void)number;
}

static void finished_portraits_count_while_others_are_made(void **state)
{
    (void)state;
    fc_stub_work self = { .after_portrait = look_at_memory };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    self.pool = pool;
    FC_AUTO(fc_task) task = fc_stub_task(pool, 't');
    assert_true(fc_task_wait(task, 60000));
    assert_int_equal(fc_task_outcome(task)->portrait_count, 2);
    assert_int_equal(fc_worker_pool_stats(pool).memory_used, 0);
}

/* One that will never fit is told the numbers. */
static void what_takes_more_than_all_memory_is_refused(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 'l');
    assert_true(fc_task_wait(task, 60000));
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_LIMIT_EXCEEDED);
    assert_non_null(strstr(fc_task_outcome(task)->failure.text, "MB are allowed"));
}

static void a_task_that_waits_for_memory_can_be_cancelled(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 3, 8, NULL);
    FC_AUTO(fc_task) holder = fc_stub_task(pool, 'w');
    FC_AUTO(fc_task) large = fc_stub_task(pool, 'b');
    fc_stub_await_stage(holder);
    FC_AUTO(fc_task) blocked = fc_stub_task(pool, 'b');
    fc_task_cancel(blocked);
    assert_true(fc_task_wait(blocked, 60000));
    assert_true(fc_task_wait(large, 60000));
    assert_int_equal(fc_task_read_progress(large).state, FC_JOB_SUCCEEDED);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(holder, 60000));
}

static void a_job_is_found_while_it_is_not_done(void **state)
{
    (void)state;
    static const char ID[] = "00112233445566778899aabbccddeeff";
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 4, NULL);
    FC_AUTO(fc_task) task = NULL;
    fc_task_request request = { 0 };
    memcpy(request.job_id, ID, sizeof ID);
    assert_null(fc_worker_pool_lookup(pool, ID));
    ASSERT_OK(fc_stub_submit(pool, request, 'w', &task, &err), err);
    FC_AUTO(fc_task) found = fc_worker_pool_lookup(pool, ID);
    assert_ptr_equal(found, task);
    assert_null(fc_worker_pool_lookup(pool, "../../etc/passwd"));
    assert_null(fc_worker_pool_lookup(pool, ""));
    fc_task_cancel(task);
    assert_true(fc_task_wait(task, 60000));
    assert_null(fc_worker_pool_lookup(pool, ID));
}

typedef struct batch {
    fc_worker_pool *pool;
    atomic_int left;
    atomic_int states[FC_JOB_STATES_COUNT];
} batch;

static void count_and_go_on(void *context, fc_task *task, fc_job_state outcome)
{
    batch *self = context;
    assert_int_equal(fc_task_outcome(task)->portrait_count, outcome == FC_JOB_SUCCEEDED ? 1 : 0);
    (void)atomic_fetch_add(&self->states[outcome], 1);
    if (atomic_fetch_sub(&self->left, 1) > 1) {
        fc_error err = { 0 };
        const fc_task_request request = { .ended = count_and_go_on, .context = self };
        ASSERT_OK(fc_stub_submit(self->pool, request, 'q', NULL, &err), err);
    }
}

static void the_end_of_a_task_may_submit_the_next(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 2, 1, NULL);
    batch all = { .pool = pool, .left = 10 };
    const fc_task_request request = { .ended = count_and_go_on, .context = &all };
    ASSERT_OK(fc_stub_submit(pool, request, 'q', NULL, &err), err);
    while (atomic_load(&all.left) > 0) {
        fc_stub_sleep_ms(1);
    }
    assert_true(fc_worker_pool_drain(pool, 60000));
    assert_int_equal(atomic_load(&all.states[FC_JOB_SUCCEEDED]), 10);
}

static void count_only(void *context, fc_task *task, fc_job_state outcome)
{
    (void)task;
    (void)atomic_fetch_add(&((batch *)context)->states[outcome], 1);
}

static void draining_lets_work_end_and_refuses_more(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) first = fc_stub_task(pool, 's');
    FC_AUTO(fc_task) last = fc_stub_task(pool, 's');
    assert_true(fc_worker_pool_drain(pool, 60000));
    assert_int_equal(fc_task_read_progress(last).state, FC_JOB_SUCCEEDED);
    assert_true(fc_worker_pool_stats(pool).draining);
    ASSERT_FAILS(FC_STOPPING, fc_stub_submit(pool, (fc_task_request){ 0 }, 'q', NULL, &err), err);
}

static void draining_cancels_what_takes_too_long(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    batch all = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    const fc_task_request request = { .ended = count_only, .context = &all };
    for (int i = 0; i < 4; i++) {
        ASSERT_OK(fc_stub_submit(pool, request, 'w', NULL, &err), err);
    }
    assert_false(fc_worker_pool_drain(pool, 10));
    assert_int_equal(atomic_load(&all.states[FC_JOB_CANCELLED]), 4);
}

/* Who waits for them is to be told that the service ends, not that it has left itself. */
static void draining_says_that_the_service_ends(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) waiting = fc_stub_task(pool, 'w');
    assert_false(fc_worker_pool_drain(pool, 0));
    assert_int_equal(fc_task_outcome(running)->failure.status, FC_STOPPING);
    assert_int_equal(fc_task_outcome(waiting)->failure.status, FC_STOPPING);
}

static void note_start(void *context)
{
    (void)atomic_fetch_add((atomic_int *)context, 1);
}

static void the_start_of_a_task_is_told_and_its_work_is_limited(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    atomic_int begun = 0;
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) first = fc_stub_task(pool, 'w');
    fc_stub_await_busy(pool, 1);
    FC_AUTO(fc_task) limited = NULL;
    const fc_task_request request = { .work_us_max = 20000,
                                      .began = note_start,
                                      .context = &begun };
    ASSERT_OK(fc_stub_submit(pool, request, 'w', &limited, &err), err);
    fc_stub_sleep_ms(60); /* its time does not count while it waits */
    assert_int_equal(fc_task_read_progress(limited).state, FC_JOB_QUEUED);
    assert_int_equal(atomic_load(&begun), 0);
    fc_task_cancel(first);
    assert_true(fc_task_wait(limited, 60000));
    assert_int_equal(fc_task_outcome(limited)->failure.status, FC_DEADLINE);
    assert_int_equal(atomic_load(&begun), 1);
}

#define CLIENTS 6
#define ROUNDS 60

static void *be_a_client(void *context)
{
    static const char KINDS[] = "qfsbntqwql";
    batch *self = context;
    for (int i = 0; i < ROUNDS; i++) {
        fc_task_request request = { .ended = count_only, .context = self };
        request.deadline_us = i % 7 == 0 ? fc_clock_us() + 2000 : 0;
        request.photo = FC_BUFFER(8);
        FC_AUTO(fc_task) task = NULL;
        const char what = KINDS[i % 10];
        if (fc_buffer_append(&request.photo, &what, 1, NULL) != FC_OK ||
            fc_worker_pool_submit(self->pool, &request, &task, NULL) != FC_OK) {
            fc_buffer_clear(&request.photo);
            (void)atomic_fetch_add(&self->left, 1); /* refused */
            fc_stub_sleep_ms(1);
            continue;
        }
        if (what == 'w' || i % 5 == 0) {
            fc_stub_sleep_ms(1);
            fc_task_cancel(task);
        }
        (void)fc_task_read_progress(task);
        (void)fc_worker_pool_retry_after_s(self->pool);
        while (!fc_task_wait(task, 5)) {
        }
    }
    return NULL;
}

static void many_clients_lose_nothing(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    static const char *const ROUTES[] = { "/" };
    FC_AUTO(fc_statistics) statistics = NULL;
    ASSERT_OK(fc_statistics_new(ROUTES, 1, &statistics, &err), err);
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 3, 3, statistics);
    batch all = { .pool = pool };
    pthread_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_create(&clients[i], NULL, be_a_client, &all), 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(clients[i], NULL), 0);
    }
    int ended = atomic_load(&all.left);
    for (int i = 0; i < FC_JOB_STATES_COUNT; i++) {
        ended += atomic_load(&all.states[i]);
    }
    assert_int_equal(ended, CLIENTS * ROUNDS);
    assert_int_equal(fc_statistics_summarise(statistics).total_processed,
                     CLIENTS * ROUNDS - atomic_load(&all.left));
    const fc_worker_pool_load load = fc_worker_pool_stats(pool);
    assert_int_equal(load.busy + load.queued + load.memory_used, 0);
}

/* What a program has freed stays with the C library as long as something lies above it. */
static void memory_goes_back_when_the_pool_rests(void **state)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    skip(); /* their memory is their own */
#endif
    (void)state;
    enum { BLOCKS = 1024, BLOCK = 64 << 10 };
    fc_stub_work self = { 0 };
    const fc_work work = fc_stub_functions(&self);
    const fc_worker_pool_limits limits = { 1, 4, 100, .rest_us = 1000 };
    fc_error err = { 0 };
    static void *blocks[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        ASSERT_OK(fc_memory_new_zeroed(BLOCK, 1, &blocks[i], &err), err);
    }
    const int64_t before = fc_process_read().resident_bytes;
    for (int i = 0; i < BLOCKS - 1; i++) {
        fc_memory_free(blocks[i]);
    }
    assert_true(before - fc_process_read().resident_bytes < BLOCKS * BLOCK / 2);
    FC_AUTO(fc_worker_pool) pool = NULL;
    ASSERT_OK(fc_worker_pool_new(&work, &limits, NULL, &pool, &err), err);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 't');
    while (before - fc_process_read().resident_bytes < BLOCKS * BLOCK / 2) {
        (void)usleep(1000); /* ctest ends a test that waits for ever */
    }
    fc_memory_free(blocks[BLOCKS - 1]);
}

static void submitting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 8, NULL);
    FC_AUTO(fc_task) task = NULL;
    fc_task_request request = { .photo = FC_BUFFER(8) };
    ASSERT_OK(fc_buffer_append(&request.photo, "q", 1, &err), err);
    SWEEP_ALLOCATIONS(fc_worker_pool_submit(pool, &request, &task, &err),
                      request.photo.size == 1 && task == NULL);

    const fc_work work = fc_stub_functions(&self);
    const fc_worker_pool_limits limits = { 2, 1, 100, 0 };
    FC_AUTO(fc_worker_pool) other = NULL;
    SWEEP_ALLOCATIONS(fc_worker_pool_new(&work, &limits, NULL, &other, &err), other == NULL);
}

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
        cmocka_unit_test(a_task_gives_its_portraits),
        cmocka_unit_test(a_failure_is_kept_with_its_text),
        cmocka_unit_test(a_full_queue_refuses_and_says_when_to_come_again),
        cmocka_unit_test(memory_is_shared_out_in_order),
        cmocka_unit_test(finished_portraits_count_while_others_are_made),
        cmocka_unit_test(what_takes_more_than_all_memory_is_refused),
        cmocka_unit_test(a_task_that_waits_for_memory_can_be_cancelled),
        cmocka_unit_test(a_job_is_found_while_it_is_not_done),
        cmocka_unit_test(the_end_of_a_task_may_submit_the_next),
        cmocka_unit_test(draining_lets_work_end_and_refuses_more),
        cmocka_unit_test(draining_cancels_what_takes_too_long),
        cmocka_unit_test(draining_says_that_the_service_ends),
        cmocka_unit_test(the_start_of_a_task_is_told_and_its_work_is_limited),
        cmocka_unit_test(many_clients_lose_nothing),
        cmocka_unit_test(memory_goes_back_when_the_pool_rests),
        cmocka_unit_test(submitting_survives_every_allocation_failure),
        cmocka_unit_test(what_was_cancelled_takes_no_place_in_the_queue),
        cmocka_unit_test(a_cancelled_job_is_not_found_any_more),
        cmocka_unit_test(draining_ends_what_waits_without_beginning_it),
        cmocka_unit_test(files_that_wait_count_as_memory),
        cmocka_unit_test(the_time_to_come_again_has_bounds),
        cmocka_unit_test(a_pool_that_is_drained_stays_closed),
        cmocka_unit_test(files_in_reception_take_at_most_half),
        cmocka_unit_test(one_file_alone_takes_all_but_no_more),
        cmocka_unit_test(files_and_running_tasks_share_the_memory),
        cmocka_unit_test(a_task_that_is_cancelled_in_the_queue_gives_its_file_back),
        cmocka_unit_test(a_task_runs_alone_however_much_is_being_received),
    };
    return cmocka_run_group_tests_name("jobs/worker_pool", tests, NULL, NULL);
}
