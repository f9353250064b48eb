#include "base/condition.h"

#include <stdbool.h>

#include "base/clock.h"
#include "support/fc_test.h"

/* What two threads share. */
typedef struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t condition;
    bool come;
} meeting;

static void start(meeting *self)
{
    assert_int_equal(pthread_mutex_init(&self->lock, NULL), 0);
    fc_condition_init(&self->condition);
    self->come = false;
}

static void stop(meeting *self)
{
    assert_int_equal(pthread_cond_destroy(&self->condition), 0);
    assert_int_equal(pthread_mutex_destroy(&self->lock), 0);
}

static void *come(void *context)
{
    meeting *self = context;
    (void)pthread_mutex_lock(&self->lock); /* not before the other one waits */
    self->come = true;
    (void)pthread_cond_signal(&self->condition);
    (void)pthread_mutex_unlock(&self->lock);
    return NULL;
}

static void whoever_waits_is_woken_by_a_signal(void **state)
{
    (void)state;
    meeting self;
    pthread_t other;
    start(&self);
    const int64_t until_us = fc_clock_us() + INT64_C(600000000);
    assert_int_equal(pthread_mutex_lock(&self.lock), 0);
    assert_int_equal(pthread_create(&other, NULL, come, &self), 0);
    while (!self.come && fc_clock_us() < until_us) {
        fc_condition_wait_until(&self.condition, &self.lock, until_us);
    }
    assert_true(self.come);
    assert_int_equal(pthread_mutex_unlock(&self.lock), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    stop(&self);
}

static void nobody_waits_beyond_the_time(void **state)
{
    (void)state;
    meeting self;
    start(&self);
    const int64_t until_us = fc_clock_us() + 2000;
    assert_int_equal(pthread_mutex_lock(&self.lock), 0);
    while (fc_clock_us() < until_us) { /* it may be woken for no reason */
        fc_condition_wait_until(&self.condition, &self.lock, until_us);
    }
    assert_true(fc_clock_us() >= until_us);
    assert_int_equal(pthread_mutex_unlock(&self.lock), 0);
    stop(&self);
}

static void a_time_that_has_passed_is_not_waited_for_and_the_lock_is_held_again(void **state)
{
    (void)state;
    meeting self;
    start(&self);
    const int64_t past_us[] = { 0, 1, fc_clock_us() - 1 };
    assert_int_equal(pthread_mutex_lock(&self.lock), 0);
    for (size_t i = 0; i < sizeof past_us / sizeof past_us[0]; i++) {
        fc_condition_wait_until(&self.condition, &self.lock, past_us[i]);
        assert_int_not_equal(pthread_mutex_trylock(&self.lock), 0);
    }
    assert_int_equal(pthread_mutex_unlock(&self.lock), 0);
    stop(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_waits_is_woken_by_a_signal),
        cmocka_unit_test(nobody_waits_beyond_the_time),
        cmocka_unit_test(a_time_that_has_passed_is_not_waited_for_and_the_lock_is_held_again),
    };
    return cmocka_run_group_tests_name("base/condition", tests, NULL, NULL);
}
