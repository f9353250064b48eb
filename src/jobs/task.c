#include "jobs/task.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "jobs/task_private.h"

fc_task *fc_task_ref(fc_task *task)
{
    FC_ASSERT(task != NULL);
    (void)atomic_fetch_add(&task->references, 1);
    return task;
}

void fc_task_unref(fc_task *task)
{
    if (task == NULL || atomic_fetch_sub(&task->references, 1) > 1) {
        return;
    }
    for (int32_t i = 0; i < task->result.portrait_count; i++) {
        fc_portrait_clear(&task->result.portraits[i]);
    }
    fc_memory_free(task->result.portraits);
    fc_photo_clear(&task->result.photo);
    fc_buffer_clear(&task->asked.photo);
    fc_buffer_clear(&task->asked.backdrop);
    (void)pthread_cond_destroy(&task->ended);
    fc_memory_free(task);
}

static bool has_ended(const fc_task *task)
{
    return fc_job_state_final(atomic_load(&task->state));
}

bool fc_task_wait(fc_task *task, int64_t timeout_ms)
{
    FC_ASSERT(task != NULL);
    FC_ASSERT(timeout_ms >= 0);

    if (has_ended(task)) { /* the pool may be gone */
        return true;
    }
    const int64_t until_us = fc_clock_us() + timeout_ms * 1000;
    (void)pthread_mutex_lock(&task->pool->lock);
    while (!has_ended(task) && fc_clock_us() < until_us) {
        fc_condition_wait_until(&task->ended, &task->pool->lock, until_us);
    }
    (void)pthread_mutex_unlock(&task->pool->lock);
    return has_ended(task);
}

bool fc_task_stop(fc_task *task, fc_status why)
{
    if (task->stopped != FC_OK || has_ended(task)) {
        return false;
    }
    task->stopped = why;
    atomic_store(&task->cancel.requested, true);
    (void)pthread_cond_broadcast(&task->pool->room);
    if (!task->waiting) {
        return false;
    }
    fc_pool_withdraw(task->pool, task);
    return true;
}

void fc_task_fail_stopped(fc_task *task)
{
    const char *why = task->stopped == FC_DEADLINE   ? "the work took longer than it may"
                      : task->stopped == FC_STOPPING ? "the service is being stopped"
                                                     : "the work was cancelled";
    const fc_status status = fc_fail(&task->result.failure, task->stopped, "%s", why);
    FC_ASSERT(status != FC_OK);
}

void fc_task_cancel(fc_task *task)
{
    FC_ASSERT(task != NULL);

    if (has_ended(task)) {
        return;
    }
    fc_worker_pool *pool = task->pool;
    (void)pthread_mutex_lock(&pool->lock);
    const bool withdrawn = fc_task_stop(task, FC_CANCELLED);
    (void)pthread_mutex_unlock(&pool->lock);
    if (withdrawn) {
        fc_pool_end_withdrawn(pool, task);
    }
}

/* Tasks before this one in the queue. With the lock held. */
static int32_t count_ahead(const fc_task *task)
{
    int32_t ahead = 0;
    for (const fc_task *at = task->pool->first; task->waiting && at != task; at = at->next) {
        ahead++;
    }
    return ahead;
}

fc_task_progress fc_task_read_progress(fc_task *task)
{
    FC_ASSERT(task != NULL);

    fc_task_progress progress = { .state = atomic_load(&task->state) };
    const fc_step at = atomic_load(&task->step);
    if (fc_job_state_final(progress.state)) {
        progress.share = 1;
    } else if (at.stage >= 0) {
        progress.stage = fc_stages[at.stage].name;
        progress.share = fc_step_share(at);
    } else {
        (void)pthread_mutex_lock(&task->pool->lock);
        progress.ahead = count_ahead(task);
        (void)pthread_mutex_unlock(&task->pool->lock);
    }
    return progress;
}

const fc_task_result *fc_task_outcome(const fc_task *task)
{
    FC_ASSERT(task != NULL);
    return &task->result;
}
