#include "base/async.h"

#include <pthread.h>

#include "support/fc_test.h"

typedef struct task {
    pthread_t thread;
    fc_status status;
} task;

static fc_status work(void *context, fc_error *err)
{
    task *self = context;
    self->thread = pthread_self();
    return self->status == FC_OK ? FC_OK : fc_fail(err, self->status, "no more room");
}

static void work_is_done_on_another_thread(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_async async;
    task mine = { .status = FC_OK };
    fc_async_start(&async, 2, work, &mine);
    ASSERT_OK(fc_async_wait(&async, &err), err);
    assert_false(pthread_equal(mine.thread, pthread_self()));
}

static void work_is_done_at_once_where_one_thread_is_allowed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_async async;
    task mine = { .status = FC_OK };
    fc_async_start(&async, 1, work, &mine);
    assert_true(pthread_equal(mine.thread, pthread_self()));
    ASSERT_OK(fc_async_wait(&async, &err), err);
}

static void failure_of_the_work_is_told_by_the_join(void **state)
{
    (void)state;
    for (int32_t threads = 1; threads <= 2; threads++) {
        fc_error err = { 0 };
        fc_async async;
        task mine = { .status = FC_LIMIT_EXCEEDED };
        fc_async_start(&async, threads, work, &mine);
        ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_async_wait(&async, &err), err);
        assert_string_equal(err.text, "no more room");
        assert_int_equal(fc_async_wait(&async, NULL), FC_LIMIT_EXCEEDED);
    }
}

static void nothing_to_do_ends_well(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_async async = { 0 };
    ASSERT_OK(fc_async_wait(&async, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_is_done_on_another_thread),
        cmocka_unit_test(work_is_done_at_once_where_one_thread_is_allowed),
        cmocka_unit_test(failure_of_the_work_is_told_by_the_join),
        cmocka_unit_test(nothing_to_do_ends_well),
    };
    return cmocka_run_group_tests_name("base/async", tests, NULL, NULL);
}
