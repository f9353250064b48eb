/* The watch of the worker pool: a thread that stops tasks whose time is over, and ends those that
 * were stopped while they waited. */
#include "base/clock.h"
#include "jobs/pool_private.h"

void fc_pool_note_deadline(fc_worker_pool *pool, int64_t deadline_us)
{
    if (deadline_us > 0 && deadline_us < pool->watched_us) {
        pool->watched_us = deadline_us;
        fc_wakeup_signal(pool->wakeup);
    }
}

/* Stop a task if its time is over; else its deadline may be the next one. */
static void look_at(fc_worker_pool *pool, fc_task *task, int64_t now_us)
{
    const int64_t deadline_us = task->deadline_us;
    if (deadline_us <= 0 || fc_task_stopped(task)) {
        return;
    }
    if (deadline_us <= now_us) {
        fc_task_stop(task, FC_DEADLINE);
    } else if (deadline_us < pool->watched_us) {
        pool->watched_us = deadline_us;
    }
}

/* With the lock held. */
static void stop_late(fc_worker_pool *pool)
{
    const int64_t now_us = fc_clock_us();
    pool->watched_us = INT64_MAX;
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        look_at(pool, at, now_us);
    }
    for (int32_t i = 0; i < pool->worker_count; i++) {
        if (pool->running[i] != NULL) {
            look_at(pool, pool->running[i], now_us);
        }
    }
}

void *fc_pool_watch(void *context)
{
    fc_worker_pool *pool = context;
    (void)pthread_mutex_lock(&pool->lock);
    while (!pool->over) {
        const uint64_t seen = fc_wakeup_count(pool->wakeup);
        (void)pthread_cond_broadcast(&pool->room); /* who waits for memory may have been stopped */
        fc_pool_sweep(pool);
        fc_pool_end_dead(pool);
        stop_late(pool);
        const int64_t until_us = pool->watched_us;
        const bool over = pool->over;
        (void)pthread_mutex_unlock(&pool->lock);
        if (!over) {
            fc_wakeup_wait(pool->wakeup, seen, until_us);
        }
        (void)pthread_mutex_lock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}
