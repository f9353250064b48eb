/* The worker pool as its clients see it: submitting, looking, draining. */
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "jobs/task_private.h"

#define RETRY_AFTER_S_MAX 120

static fc_status check_room(const fc_worker_pool *pool, fc_error *err)
{
    if (pool->draining) {
        return fc_fail(err, FC_STOPPING, "the service is being stopped");
    }
    if (pool->queued >= pool->limits.queue_max) {
        return fc_fail(err, FC_BUSY, "%d photos are waiting already, at most %d may", pool->queued,
                       pool->limits.queue_max);
    }
    return FC_OK;
}

/* With the lock held. */
static void enqueue(fc_worker_pool *pool, fc_task *task)
{
    if (pool->last != NULL) {
        pool->last->next = task;
    } else {
        pool->first = task;
    }
    pool->last = task;
    pool->queued++;
    fc_pool_count_files(pool, task);
    (void)pthread_cond_signal(&pool->arrival);
    if (task->asked.deadline_us > 0) {
        (void)pthread_cond_signal(&pool->deadline);
    }
}

fc_status fc_worker_pool_submit(fc_worker_pool *pool, fc_task_request *request, fc_task **out,
                                fc_error *err)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(request != NULL);

    fc_task *task = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *task, (void **)&task, err));
    task->pool = pool;
    task->asked = *request;
    task->submitted_us = fc_clock_us();
    task->waiting = true;
    atomic_init(&task->references, out != NULL ? 2 : 1);
    atomic_init(&task->step, ((fc_step){ .stage = -1 }));
    atomic_init(&task->state, FC_JOB_QUEUED);
    fc_condition_init(&task->ended);

    (void)pthread_mutex_lock(&pool->lock);
    const fc_status status = check_room(pool, err);
    if (status == FC_OK) {
        enqueue(pool, task);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != FC_OK) {
        (void)pthread_cond_destroy(&task->ended);
        fc_memory_free(task);
        return status;
    }
    request->photo = FC_BUFFER(0);
    request->backdrop = FC_BUFFER(0);
    if (out != NULL) {
        *out = task;
    }
    return FC_OK;
}

static bool belongs_to(const fc_task *task, const char *job_id)
{
    return task != NULL && strcmp(task->asked.job_id, job_id) == 0;
}

fc_task *fc_worker_pool_lookup(fc_worker_pool *pool, const char *job_id)
{
    FC_ASSERT(pool != NULL);
    if (!fc_job_id_valid(job_id)) {
        return NULL;
    }
    fc_task *found = NULL;
    (void)pthread_mutex_lock(&pool->lock);
    for (int32_t i = 0; i < pool->worker_count && found == NULL; i++) {
        found = belongs_to(pool->running[i], job_id) ? pool->running[i] : NULL;
    }
    for (fc_task *at = pool->first; at != NULL && found == NULL; at = at->next) {
        found = belongs_to(at, job_id) ? at : NULL;
    }
    if (found != NULL) {
        (void)fc_task_ref(found);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return found;
}

int32_t fc_worker_pool_retry_after_s(fc_worker_pool *pool)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    const int64_t rest_us = pool->mean_us * (pool->queued + pool->busy) / pool->limits.workers;
    (void)pthread_mutex_unlock(&pool->lock);
    const int64_t rest_s = (rest_us + 999999) / 1000000;
    return rest_s < 1 ? 1 : rest_s > RETRY_AFTER_S_MAX ? RETRY_AFTER_S_MAX : (int32_t)rest_s;
}

fc_worker_pool_load fc_worker_pool_stats(fc_worker_pool *pool)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    const fc_worker_pool_load load = {
        .workers = pool->limits.workers,
        .busy = pool->busy,
        .queued = pool->queued,
        .queue_max = pool->limits.queue_max,
        .memory_used = pool->memory_used + pool->files_bytes,
        .memory_max = pool->limits.memory_max,
        .draining = pool->draining,
    };
    (void)pthread_mutex_unlock(&pool->lock);
    return load;
}

static bool is_idle(const fc_worker_pool *pool)
{
    return pool->first == NULL && pool->busy == 0 && pool->ending == 0;
}

/* Stop all that is left. With the lock held, which is let go in between. */
static void cancel_all(fc_worker_pool *pool)
{
    for (int32_t i = 0; i < pool->worker_count; i++) {
        if (pool->running[i] != NULL) {
            (void)fc_task_stop(pool->running[i], FC_STOPPING);
        }
    }
    while (pool->first != NULL) {
        fc_task *task = pool->first;
        const bool withdrawn = fc_task_stop(task, FC_STOPPING);
        FC_ASSERT(withdrawn);
        (void)pthread_mutex_unlock(&pool->lock);
        fc_pool_end_withdrawn(pool, task);
        (void)pthread_mutex_lock(&pool->lock);
    }
}

bool fc_worker_pool_drain(fc_worker_pool *pool, int64_t timeout_ms)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(timeout_ms >= 0);

    const int64_t until_us = fc_clock_us() + timeout_ms * 1000;
    (void)pthread_mutex_lock(&pool->lock);
    pool->draining = true;
    while (!is_idle(pool) && fc_clock_us() < until_us) {
        fc_condition_wait_until(&pool->idle, &pool->lock, until_us);
    }
    const bool quiet = is_idle(pool);
    while (!is_idle(pool)) {
        cancel_all(pool);
        if (!is_idle(pool)) {
            (void)pthread_cond_wait(&pool->idle, &pool->lock);
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return quiet;
}
