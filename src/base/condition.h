/** Conditions with deadlines on the clock of fc_clock_us. Any thread. */
#pragma once

#include <pthread.h>
#include <stdint.h>

void fc_condition_init(pthread_cond_t *condition);

/** Wait, with the lock held, until the condition is signalled or the time (fc_clock_us) has come.
 */
void fc_condition_wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, int64_t until_us);
