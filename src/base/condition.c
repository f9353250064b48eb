#include "base/condition.h"

#include <time.h>

void fc_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t clock;
    (void)pthread_condattr_init(&clock);
    (void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    (void)pthread_cond_init(condition, &clock);
    (void)pthread_condattr_destroy(&clock);
}

void fc_condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us)
{
    const struct timespec until = { .tv_sec = (time_t)(until_us / 1000000),
                                    .tv_nsec = (long)(until_us % 1000000) * 1000 };
    (void)pthread_cond_timedwait(condition, lock, &until);
}
