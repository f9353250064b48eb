/* The worker pool as its clients see it: submitting, looking, draining. */
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "jobs/pool_private.h"

#define RETRY_AFTER_S_MAX 120

/* ---- lists of tasks, with the lock held -------------------------------------------------- */

static void append(fc_task_list *list, fc_task *task)
{
    task->next = NULL;
    if (list->last != NULL) {
        list->last->next = task;
    } else {
        list->first = task;
    }
    list->last = task;
    atomic_store(&task->ahead, list->count);
    list->count++;
}

static fc_task *pop(fc_task_list *list)
{
    fc_task *task = list->first;
    if (task != NULL) {
        list->first = task->next;
        list->last = list->first != NULL ? list->last : NULL;
        list->count--;
        task->next = NULL;
        atomic_store(&task->ahead, 0);
    }
    return task;
}

void fc_pool_sweep(fc_worker_pool *pool)
{
    const uint64_t count = fc_wakeup_count(pool->wakeup);
    if (count == pool->swept) {
        return;
    }
    pool->swept = count;
    fc_task_list all = pool->queue;
    pool->queue = (fc_task_list){ 0 };
    for (fc_task *task = pop(&all); task != NULL; task = pop(&all)) {
        append(fc_task_stopped(task) ? &pool->dead : &pool->queue, task);
    }
}

fc_task *fc_pool_pop(fc_worker_pool *pool)
{
    fc_task *task = pop(&pool->queue);
    while (task != NULL && !fc_task_take(task)) {
        append(&pool->dead, task); /* the watch was woken by whoever stopped it */
        task = pop(&pool->queue);
    }
    int32_t ahead = 0;
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        atomic_store(&at->ahead, ahead++);
    }
    return task;
}

/* ---- submitting ---------------------------------------------------------------------------- */

static fc_status check_room(const fc_worker_pool *pool, fc_error *err)
{
    if (pool->draining) {
        return fc_fail(err, FC_STOPPING, "the service is being stopped");
    }
    if (pool->queue.count >= pool->limits.queue_max) {
        return fc_fail(err, FC_BUSY, "%d photos are waiting already, at most %d may",
                       pool->queue.count, pool->limits.queue_max);
    }
    return FC_OK;
}

/* With the lock held. */
static void enqueue(fc_worker_pool *pool, fc_task *task)
{
    append(&pool->queue, task);
    fc_pool_count_files(pool, task);
    fc_pool_note_deadline(pool, task->deadline_us);
    (void)pthread_cond_signal(&pool->arrival);
}

fc_status fc_worker_pool_submit(fc_worker_pool *pool, fc_task_request *request, fc_task **out,
                                fc_error *err)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(request != NULL);

    fc_task *task = NULL;
    FC_TRY(fc_task_new(request, pool->wakeup, &task, err));
    (void)pthread_mutex_lock(&pool->lock);
    fc_pool_sweep(pool);
    const fc_status status = check_room(pool, err);
    if (status == FC_OK) {
        if (out != NULL) {
            *out = fc_task_ref(task);
        }
        enqueue(pool, task);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    if (status != FC_OK) {
        fc_task_discard(task);
        return status;
    }
    request->photo = FC_BUFFER(0);
    request->backdrop = FC_BUFFER(0);
    return FC_OK;
}

/* ---- looking ------------------------------------------------------------------------------- */

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
    fc_pool_sweep(pool);
    for (int32_t i = 0; i < pool->worker_count && found == NULL; i++) {
        found = belongs_to(pool->running[i], job_id) ? pool->running[i] : NULL;
    }
    for (fc_task *at = pool->queue.first; at != NULL && found == NULL; at = at->next) {
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
    fc_pool_sweep(pool);
    const int64_t rest_us = pool->mean_us * (pool->queue.count + pool->busy) / pool->limits.workers;
    (void)pthread_mutex_unlock(&pool->lock);
    const int64_t rest_s = (rest_us + 999999) / 1000000;
    return rest_s < 1 ? 1 : rest_s > RETRY_AFTER_S_MAX ? RETRY_AFTER_S_MAX : (int32_t)rest_s;
}

fc_worker_pool_load fc_worker_pool_stats(fc_worker_pool *pool)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    fc_pool_sweep(pool);
    const fc_worker_pool_load load = {
        .workers = pool->limits.workers,
        .busy = pool->busy,
        .queued = pool->queue.count,
        .queue_max = pool->limits.queue_max,
        .memory_used = pool->memory_used + pool->files_bytes,
        .memory_max = pool->limits.memory_max,
        .draining = pool->draining,
    };
    (void)pthread_mutex_unlock(&pool->lock);
    return load;
}

/* ---- ending -------------------------------------------------------------------------------- */

static bool is_idle(const fc_worker_pool *pool)
{
    return pool->queue.first == NULL && pool->dead.first == NULL && pool->busy == 0 &&
           pool->ending == 0;
}

void fc_pool_end_dead(fc_worker_pool *pool)
{
    for (fc_task *task = pop(&pool->dead); task != NULL; task = pop(&pool->dead)) {
        pool->ending++;
        (void)pthread_mutex_unlock(&pool->lock);
        fc_task_fail_stopped(task);
        task->result.waited_us = fc_clock_us() - task->submitted_us;
        const fc_job_state outcome = fc_pool_prepare_end(pool, task);
        (void)pthread_mutex_lock(&pool->lock);
        pool->ending--;
        fc_pool_announce_end(pool, task, outcome);
        (void)pthread_mutex_unlock(&pool->lock);
        fc_task_unref(task);
        (void)pthread_mutex_lock(&pool->lock);
    }
}

/* Stop all that is left. With the lock held. */
static void stop_all(fc_worker_pool *pool)
{
    for (int32_t i = 0; i < pool->worker_count; i++) {
        if (pool->running[i] != NULL) {
            fc_task_stop(pool->running[i], FC_STOPPING);
        }
    }
    for (fc_task *at = pool->queue.first; at != NULL; at = at->next) {
        fc_task_stop(at, FC_STOPPING);
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
        stop_all(pool); /* the workers and the watch end them */
        (void)pthread_cond_wait(&pool->idle, &pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return quiet;
}
