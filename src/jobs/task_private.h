/**
 * A task as its pool sees it. Only for the pool and for task.c.
 *
 * Three kinds of members: `asked` and `result` belong to the one thread that has taken the task,
 * and are constant after its end; state, stopped and taken are guarded by the task's own lock; what
 * is the pool's is guarded by the pool's lock.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "jobs/task.h"
#include "jobs/wakeup.h"

struct fc_task {
    atomic_int references;
    fc_task_request asked;
    fc_task_result result;
    fc_cancel cancel; /* requested as soon as `stopped` is set; seen by the stages */
    _Atomic fc_step step;
    _Atomic int32_t ahead; /* tasks before it in the queue, told by the pool */
    int64_t submitted_us;
    fc_wakeup *wakeup; /* signalled when it is stopped */

    pthread_mutex_t lock; /* guards: */
    pthread_cond_t ended;
    fc_job_state state;
    fc_status stopped; /* why it is to end early: FC_CANCELLED, FC_DEADLINE, FC_STOPPING; FC_OK: it
                          is not */
    bool taken;        /* by a worker: no longer in the queue */

    /* The pool's. */
    int64_t deadline_us; /* 0: none */
    int64_t held;        /* bytes of memory on top of the estimate: finished portraits */
    int64_t files_bytes; /* of its photo and backdrop, as far as the pool counts them */
    struct fc_task *next;
};

/**
 * A task that waits. It has one reference.
 *
 * request   copied; the caller still owns photo and backdrop: fc_task_discard
 * wakeup    the task keeps a reference to it
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_task_new(const fc_task_request *request, fc_wakeup *wakeup,
                                    fc_task **out, fc_error *err);

/** Release a task that was refused; photo and backdrop stay with the caller. */
void fc_task_discard(fc_task *task);

/** Ask it to end early, unless it was asked before: only sets a flag and signals. */
void fc_task_stop(fc_task *task, fc_status why);

/** True once it was asked to end early. */
bool fc_task_stopped(const fc_task *task);

/** Take it for work. False: it was stopped before and only has to be ended. */
bool fc_task_take(fc_task *task);

/** It is worked on from now on. */
void fc_task_run(fc_task *task);

/** Fill in the failure, if it was stopped. */
void fc_task_fail_stopped(fc_task *task);

/**
 * Move a finished portrait into the result and release the pixels that led to it.
 *
 * portrait   empty afterwards; untouched on failure
 * number     1..count, in order
 * bytes      of its pictures
 *
 * Errors: FC_LIMIT_EXCEEDED (FC_RESULT_BYTES_MAX), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_task_keep_portrait(fc_task *task, fc_portrait *portrait, int32_t number,
                                              int32_t count, size_t *bytes, fc_error *err);

/** The work is over: wipe its photo, release that and the backdrop. */
void fc_task_drop_files(fc_task *task);

/** The state that its result leads to. */
fc_job_state fc_task_judge(const fc_task *task);

/** It has ended: `result` does not change any more. Wakes whoever waits for it. */
void fc_task_finish(fc_task *task, fc_job_state outcome);
