#include "jobs/task.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/memory.h"
#include "jobs/task_private.h"
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
    FC_AUTO(fc_task) holder = fc_stub_task(pool, 'w');
    FC_AUTO(fc_task) running = NULL;
    FC_AUTO(fc_task) waiting = NULL;
    FC_AUTO(fc_task) patient = NULL;
    fc_stub_await_busy(pool, 1);
    fc_task_request request = { .deadline_us = fc_clock_us() + 20000 };
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &waiting, &err), err);
    assert_true(fc_task_wait(waiting, 60000));
    fc_task_cancel(holder);
    assert_true(fc_task_wait(holder, 60000));
    request.deadline_us = fc_clock_us() + 20000;
    ASSERT_OK(fc_stub_submit(pool, request, 'w', &running, &err), err);
    request.deadline_us = fc_clock_us() + 60000000;
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &patient, &err), err);
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

typedef struct ending {
    atomic_bool may_end;
    atomic_bool begun;
    pthread_t thread;
    fc_job_state outcome;
} ending;

/* As slow as the disk that a result is saved on. */
static void end_slowly(void *context, fc_task *task, fc_job_state outcome)
{
    ending *self = context;
    (void)task;
    self->thread = pthread_self();
    self->outcome = outcome;
    atomic_store(&self->begun, true);
    while (!atomic_load(&self->may_end)) {
        fc_stub_sleep_ms(1);
    }
}

/* The canceller is a connection: it must not wait for another client's disk. Before, this test hung
 * in fc_task_cancel. */
static void who_cancels_does_not_run_the_end(void **state)
{
    (void)state;
    fc_stub_work self = { 0 };
    fc_error err = { 0 };
    ending end = { .outcome = FC_JOB_QUEUED };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&self, 1, 1, NULL);
    FC_AUTO(fc_task) running = fc_stub_task(pool, 'w');
    fc_stub_await_stage(running);
    FC_AUTO(fc_task) waiting = NULL;
    const fc_task_request request = { .ended = end_slowly, .context = &end };
    ASSERT_OK(fc_stub_submit(pool, request, 'q', &waiting, &err), err);
    fc_task_cancel(waiting);
    assert_int_equal(fc_task_read_progress(waiting).state, FC_JOB_CANCELLED);
    assert_false(fc_task_wait(waiting, 0));
    FC_AUTO(fc_task) next = fc_stub_task(pool, 'q'); /* its place in the queue is free */
    while (!atomic_load(&end.begun)) {
        fc_stub_sleep_ms(1);
    }
    assert_false(pthread_equal(end.thread, pthread_self()));
    atomic_store(&end.may_end, true);
    assert_true(fc_task_wait(waiting, 60000));
    assert_int_equal(end.outcome, FC_JOB_CANCELLED);
    assert_int_equal(fc_task_outcome(waiting)->failure.status, FC_CANCELLED);
    atomic_store(&self.open, true);
    assert_true(fc_task_wait(next, 60000));
}

/* No pool is needed to know what a task is: its owner only hears that it was stopped. */
static void the_first_reason_to_stop_counts_and_wakes_the_owner(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    FC_AUTO(fc_task) task = NULL;
    ASSERT_OK(fc_task_new(&(fc_task_request){ 0 }, wakeup, &task, &err), err);
    assert_false(fc_task_stopped(task));
    fc_task_stop(task, FC_DEADLINE);
    fc_task_cancel(task);
    assert_true(fc_task_stopped(task));
    assert_int_equal(fc_wakeup_count(wakeup), 1);
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_FAILED);
    assert_false(fc_task_take(task));
    fc_task_fail_stopped(task);
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_DEADLINE);
    assert_false(fc_task_wait(task, 0));
    fc_task_finish(task, fc_task_judge(task));
    assert_true(fc_task_wait(task, 0));
    fc_task_stop(task, FC_STOPPING);
    assert_int_equal(fc_wakeup_count(wakeup), 1);
}

static void a_task_that_was_taken_is_what_its_worker_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    FC_AUTO(fc_task) task = NULL;
    ASSERT_OK(fc_task_new(&(fc_task_request){ 0 }, wakeup, &task, &err), err);
    assert_true(fc_task_take(task));
    fc_task_fail_stopped(task); /* it was not */
    fc_task_cancel(task);
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_QUEUED); /* waits for memory */
    fc_task_run(task);
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_RUNNING);
    fc_task_finish(task, fc_task_judge(task)); /* it was done before it noticed */
    assert_int_equal(fc_task_read_progress(task).state, FC_JOB_SUCCEEDED);
}

/* Pixels and masks are released once: asan tells of a second time, or of none. */
static void a_kept_portrait_has_its_files_and_nothing_else(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    FC_AUTO(fc_task) task = NULL;
    ASSERT_OK(fc_task_new(&(fc_task_request){ 0 }, wakeup, &task, &err), err);
    const fc_size size = { 8, 8 };
    fc_portrait portrait = { .png = FC_BUFFER(8) };
    ASSERT_OK(fc_buffer_append(&portrait.png, "p", 1, &err), err);
    fc_plane **const planes[] = { &portrait.own.mask, &portrait.others, &portrait.coverage,
                                  &portrait.matte };
    for (size_t i = 0; i < sizeof planes / sizeof planes[0]; i++) {
        ASSERT_OK(fc_plane_new(size, planes[i], &err), err);
    }
    fc_image **const images[] = { &portrait.canvas, &portrait.person, &portrait.cutout,
                                  &portrait.flat };
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        ASSERT_OK(fc_image_new(size, 3, images[i], &err), err);
    }
    size_t bytes = 0;
    ASSERT_OK(fc_task_keep_portrait(task, &portrait, 1, 1, &bytes, &err), err);
    fc_portrait_clear(&portrait);
    assert_int_equal(bytes, 1);
    assert_true(fc_task_take(task));
    fc_task_run(task);
    fc_task_finish(task, fc_task_judge(task));
    const fc_portrait *kept = &fc_task_outcome(task)->portraits[0];
    assert_string_equal(fc_buffer_text(&kept->png), "p");
    assert_null(kept->own.mask);
    assert_null(kept->others);
    assert_null(kept->matte);
    assert_null(kept->canvas);
}

static void a_refused_task_leaves_its_photo_to_who_asked(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    fc_task_request request = { .photo = FC_BUFFER(8) };
    ASSERT_OK(fc_buffer_append(&request.photo, "q", 1, &err), err);
    fc_task *task = NULL;
    SWEEP_ALLOCATIONS(fc_task_new(&request, wakeup, &task, &err), task == NULL);
    fc_task_discard(task);
    assert_string_equal(fc_buffer_text(&request.photo), "q");
    fc_buffer_clear(&request.photo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiting_task_is_cancelled_at_once),
        cmocka_unit_test(a_running_task_is_cancelled_after_its_stage),
        cmocka_unit_test(deadlines_end_tasks_that_run_and_that_wait),
        cmocka_unit_test(a_result_outlives_its_pool),
        cmocka_unit_test(who_cancels_does_not_run_the_end),
        cmocka_unit_test(the_first_reason_to_stop_counts_and_wakes_the_owner),
        cmocka_unit_test(a_task_that_was_taken_is_what_its_worker_says),
        cmocka_unit_test(a_kept_portrait_has_its_files_and_nothing_else),
        cmocka_unit_test(a_refused_task_leaves_its_photo_to_who_asked),
    };
    return cmocka_run_group_tests_name("jobs/task", tests, NULL, NULL);
}
