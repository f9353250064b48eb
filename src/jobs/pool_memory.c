/* The memory of the worker pool: running tasks, the files of those that wait, and what is being
 * received share one bound. */
#include "base/assert.h"
#include "jobs/pool_private.h"

/* Files may take one part in this many, unless there is only one: they go when tasks run, and tasks
 * need the rest. */
#define FILES_PART 2

/* A task that runs alone always fits: the files that wait go nowhere until it has ended. What one
 * photo may take at most was checked before. */
static bool fits(const fc_worker_pool *pool, const fc_task *task, int64_t bytes)
{
    const int64_t others = pool->memory_used + pool->files_bytes - task->files_bytes;
    return pool->memory_used == 0 || bytes <= pool->limits.memory_max - others;
}

bool fc_pool_await_memory(fc_worker_pool *pool, fc_task *task, int64_t bytes)
{
    (void)pthread_mutex_lock(&pool->lock);
    const uint64_t ticket = pool->next_ticket++;
    while (pool->called != ticket || (!fits(pool, task, bytes) && !fc_task_stopped(task))) {
        (void)pthread_cond_wait(&pool->room, &pool->lock);
    }
    pool->called++;
    (void)pthread_cond_broadcast(&pool->room);
    const bool admitted = !fc_task_stopped(task);
    if (admitted) {
        pool->memory_used += bytes;
        fc_pool_forget_files(pool, task); /* `bytes` has them */
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return admitted;
}

void fc_pool_give_memory_back(fc_worker_pool *pool, int64_t bytes)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->memory_used -= bytes;
    (void)pthread_cond_broadcast(&pool->room);
    (void)pthread_mutex_unlock(&pool->lock);
}

void fc_pool_count_files(fc_worker_pool *pool, fc_task *task)
{
    task->files_bytes = (int64_t)task->asked.photo.size + (int64_t)task->asked.backdrop.size;
    pool->files_bytes += task->files_bytes;
}

void fc_pool_forget_files(fc_worker_pool *pool, fc_task *task)
{
    pool->files_bytes -= task->files_bytes;
    task->files_bytes = 0;
    (void)pthread_cond_broadcast(&pool->room);
}

bool fc_worker_pool_charge(fc_worker_pool *pool, int64_t bytes, int64_t own)
{
    FC_ASSERT(pool != NULL);
    FC_ASSERT(bytes >= 0 && own >= 0);
    (void)pthread_mutex_lock(&pool->lock);
    const int64_t files_max = pool->limits.memory_max / FILES_PART;
    const bool alone = pool->files_bytes == own;
    const bool charged = bytes <= pool->limits.memory_max - pool->memory_used - pool->files_bytes &&
                         (alone || bytes <= files_max - pool->files_bytes);
    pool->files_bytes += charged ? bytes : 0;
    (void)pthread_mutex_unlock(&pool->lock);
    return charged;
}

void fc_worker_pool_discharge(fc_worker_pool *pool, int64_t bytes)
{
    FC_ASSERT(pool != NULL);
    (void)pthread_mutex_lock(&pool->lock);
    FC_ASSERT(bytes >= 0 && bytes <= pool->files_bytes);
    pool->files_bytes -= bytes;
    (void)pthread_cond_broadcast(&pool->room);
    (void)pthread_mutex_unlock(&pool->lock);
}
