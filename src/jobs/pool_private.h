/**
 * What the worker pool is made of: shared by worker_pool.c, pool_queue.c, pool_memory.c and
 * deadlines.c, for nobody else.
 *
 * The pool's lock guards the queue, the places of the workers and the memory. A task's own lock and
 * that of the wake-up are taken while it is held, never the other way round.
 */
#pragma once

#include <pthread.h>

#include "base/limits.h"
#include "jobs/condition.h"
#include "jobs/task_private.h"
#include "jobs/wakeup.h"
#include "jobs/worker_pool.h"

/** Tasks in the order of their arrival. */
typedef struct fc_task_list {
    fc_task *first;
    fc_task *last;
    int32_t count;
} fc_task_list;

struct fc_worker_pool {
    fc_work work;
    fc_worker_pool_limits limits;
    fc_statistics *statistics;
    pthread_t workers[FC_JOBS_MAX];
    int32_t worker_count;
    pthread_t watch;
    fc_wakeup *wakeup; /* a task was stopped, the next deadline is another one, or the pool ends */

    pthread_mutex_t lock;
    pthread_cond_t arrival; /* a task was put into the queue, or the pool ends */
    pthread_cond_t room;    /* memory was given back, or a task was stopped */
    pthread_cond_t idle;    /* a task has ended */
    fc_task_list queue;
    fc_task_list dead;             /* stopped while they waited; the watch ends them */
    uint64_t swept;                /* count of the wake-up when the dead were last looked for */
    int64_t watched_us;            /* the deadline that the watch waits for; INT64_MAX: none */
    fc_task *running[FC_JOBS_MAX]; /* one place for each worker, NULL: idle */
    int32_t busy;
    int32_t ending;       /* tasks that are being ended without having run */
    int64_t memory_used;  /* of running tasks */
    int64_t files_bytes;  /* of files in reception, and of tasks that wait */
    uint64_t next_ticket; /* for memory, which is given in order */
    uint64_t called;
    int64_t mean_us;  /* of a task, recent ones counting most */
    int64_t ended_us; /* when the last one has ended; 0: nothing is kept since */
    bool draining;
    bool over;
};

/** Take what was stopped out of the queue and put it to the dead, so that the queue holds only what
 *  will be worked on. Costs nothing unless a task was stopped. With the lock held. */
void fc_pool_sweep(fc_worker_pool *pool);

/** The next task to be worked on, out of the queue; NULL: there is none. With the lock held. */
fc_task *fc_pool_pop(fc_worker_pool *pool);

/** What comes before anybody is told of an end, `ended` too. Without the lock. Returns the outcome.
 */
fc_job_state fc_pool_prepare_end(fc_worker_pool *pool, fc_task *task);

/** Tell everybody. With the lock held. */
void fc_pool_announce_end(fc_worker_pool *pool, fc_task *task, fc_job_state outcome);

/** End all that is dead. With the lock held, which is let go in between: `ended` may take long. */
void fc_pool_end_dead(fc_worker_pool *pool);

/** Wait for memory, in the order of asking, so that a large photo is not overtaken for ever. False
 *  when the task was stopped meanwhile. */
bool fc_pool_await_memory(fc_worker_pool *pool, fc_task *task, int64_t bytes);
void fc_pool_give_memory_back(fc_worker_pool *pool, int64_t bytes);

/** Count the files of a task that is put into the queue; they are there already, so that nothing
 *  can be refused. Forget: they are gone, or part of what a running task takes. With the lock held.
 */
void fc_pool_count_files(fc_worker_pool *pool, fc_task *task);
void fc_pool_forget_files(fc_worker_pool *pool, fc_task *task);

/** The watch must wake up in time for this deadline; 0: none. With the lock held. */
void fc_pool_note_deadline(fc_worker_pool *pool, int64_t deadline_us);

/** The watch, a thread: stops tasks whose time is over, and ends those that were stopped while they
 *  waited. `context` is the pool. */
void *fc_pool_watch(void *context);
