#include "jobs/wakeup.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/fc_test.h"

static void signals_are_counted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    assert_int_equal(fc_wakeup_count(wakeup), 0);
    fc_wakeup_signal(wakeup);
    fc_wakeup_signal(wakeup);
    assert_int_equal(fc_wakeup_count(wakeup), 2);
}

/* Between looking and waiting nothing is lost: the test hangs when it is. */
static void a_signal_before_the_wait_ends_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    const uint64_t seen = fc_wakeup_count(wakeup);
    fc_wakeup_signal(wakeup);
    fc_wakeup_wait(wakeup, seen, INT64_MAX);
    assert_int_equal(fc_wakeup_count(wakeup), seen + 1);
}

static void a_wait_ends_when_its_time_has_come(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    const int64_t until_us = fc_clock_us() + 2000;
    fc_wakeup_wait(wakeup, 0, until_us);
    assert_true(fc_clock_us() >= until_us);
    fc_wakeup_wait(wakeup, 0, 0);
    assert_int_equal(fc_wakeup_count(wakeup), 0);
}

static void *signal_and_let_go(void *context)
{
    fc_wakeup *wakeup = context;
    fc_wakeup_signal(wakeup);
    fc_wakeup_unref(wakeup);
    return NULL;
}

static void another_thread_wakes_the_sleeper_and_may_outlive_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_wakeup *wakeup = NULL;
    ASSERT_OK(fc_wakeup_new(&wakeup, &err), err);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, signal_and_let_go, fc_wakeup_ref(wakeup)), 0);
    fc_wakeup_wait(wakeup, 0, INT64_MAX);
    fc_wakeup_unref(wakeup);
    assert_int_equal(pthread_join(thread, NULL), 0);
    fc_wakeup_unref(NULL);
}

static void a_new_one_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wakeup) wakeup = NULL;
    SWEEP_ALLOCATIONS(fc_wakeup_new(&wakeup, &err), wakeup == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_are_counted),
        cmocka_unit_test(a_signal_before_the_wait_ends_it),
        cmocka_unit_test(a_wait_ends_when_its_time_has_come),
        cmocka_unit_test(another_thread_wakes_the_sleeper_and_may_outlive_it),
        cmocka_unit_test(a_new_one_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("jobs/wakeup", tests, NULL, NULL);
}
