/* The thread of the worker pool that stops tasks whose time is over. */
#include "base/clock.h"
#include "jobs/task_private.h"

/* A task that waits and whose time is over, or NULL. `next_us` becomes the earliest deadline of the
 * others. With the lock held. */
static fc_task *find_late_waiting(const fc_worker_pool *pool, int64_t now_us, int64_t *next_us)
{
    for (fc_task *at = pool->first; at != NULL; at = at->next) {
        const int64_t deadline_us = at->asked.deadline_us;
        if (deadline_us > 0 && deadline_us <= now_us) {
            return at;
        }
        *next_us = deadline_us > 0 && deadline_us < *next_us ? deadline_us : *next_us;
    }
    return NULL;
}

static void stop_late_running(fc_worker_pool *pool, int64_t now_us, int64_t *next_us)
{
    for (int32_t i = 0; i < pool->worker_count; i++) {
        fc_task *task = pool->running[i];
        if (task == NULL || task->asked.deadline_us <= 0 || task->stopped != FC_OK) {
            continue;
        }
        if (task->asked.deadline_us <= now_us) {
            (void)fc_task_stop(task, FC_DEADLINE);
        } else if (task->asked.deadline_us < *next_us) {
            *next_us = task->asked.deadline_us;
        }
    }
}

void *fc_pool_watch_deadlines(void *context)
{
    fc_worker_pool *pool = context;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->over) {
        const int64_t now_us = fc_clock_us();
        int64_t next_us = INT64_MAX;
        fc_task *late = find_late_waiting(pool, now_us, &next_us);
        if (late != NULL) {
            (void)fc_task_stop(late, FC_DEADLINE);
            (void)pthread_mutex_unlock(&pool->lock);
            fc_pool_end_withdrawn(pool, late);
            (void)pthread_mutex_lock(&pool->lock);
            continue;
        }
        stop_late_running(pool, now_us, &next_us);
        if (next_us == INT64_MAX) {
            (void)pthread_cond_wait(&pool->deadline, &pool->lock);
        } else {
            fc_condition_wait_until(&pool->deadline, &pool->lock, next_us);
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}
