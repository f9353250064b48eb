/**
 * What the worker pool is made of: shared by task.c, worker_pool.c, pool_queue.c, pool_memory.c
 * and deadlines.c, for nobody else.
 *
 * One lock, the pool's, guards everything that changes; a task that has ended does not change any
 * more and is read without it.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "jobs/condition.h"
#include "jobs/task.h"
#include "jobs/worker_pool.h"

struct fc_task {
    atomic_int references;
    fc_worker_pool *pool;
    fc_task_request asked;
    fc_task_result result; /* its worker's until the end */
    fc_cancel cancel;      /* seen by the stages */
    _Atomic fc_step step;
    _Atomic fc_job_state state;
    int64_t submitted_us;

    /* Guarded by the pool's lock. */
    pthread_cond_t ended;
    fc_status stopped; /* why it shall end early: FC_CANCELLED, FC_DEADLINE, FC_STOPPING; FC_OK: it
                        * shall not */
    bool waiting;      /* in the queue */
    int64_t held;      /* bytes of memory that count beside the estimate: finished portraits */
    int64_t files_bytes; /* of its photo and backdrop, as far as the pool counts them */
    struct fc_task *next;
};

struct fc_worker_pool {
    fc_work work;
    fc_worker_pool_limits limits;
    fc_statistics *statistics;
    pthread_t workers[FC_JOBS_MAX];
    int32_t worker_count;
    pthread_t watch;

    pthread_mutex_t lock;
    pthread_cond_t arrival;  /* a task was put into the queue, or the pool ends */
    pthread_cond_t room;     /* memory was given back, or a task was stopped */
    pthread_cond_t idle;     /* a task has ended */
    pthread_cond_t deadline; /* the next deadline is another one */
    fc_task *first;          /* of the queue */
    fc_task *last;
    int32_t queued;
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

/** Take a waiting task out of the queue, to end it. With the lock held. */
void fc_pool_withdraw(fc_worker_pool *pool, fc_task *task);

/** End a task that was withdrawn. Without the lock; the pool's reference is given back. */
void fc_pool_end_withdrawn(fc_worker_pool *pool, fc_task *task);

/** Fill in the failure of a task that was stopped. */
void fc_task_fail_stopped(fc_task *task);

/** Ask a task to end early, unless it was asked before. With the lock held; true when it was
 *  waiting and is withdrawn now, for fc_pool_end_withdrawn. */
bool fc_task_stop(fc_task *task, fc_status why);

/** Wait for memory, in the order of asking, so that a large photo is not overtaken for ever. False
 *  when the task was stopped meanwhile. */
bool fc_pool_await_memory(fc_worker_pool *pool, fc_task *task, int64_t bytes);
void fc_pool_give_memory_back(fc_worker_pool *pool, int64_t bytes);

/** Count the files of a task that is put into the queue; they are there already, so that nothing
 *  can be refused. Forget: they are gone, or part of what a running task takes. With the lock held.
 */
void fc_pool_count_files(fc_worker_pool *pool, fc_task *task);
void fc_pool_forget_files(fc_worker_pool *pool, fc_task *task);

/** Stops tasks whose time is over. `context` is the pool. */
void *fc_pool_watch_deadlines(void *context);
