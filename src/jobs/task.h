/**
 * Task: one photo on its way through the worker pool (jobs/worker_pool.h), from the queue to its
 * portraits. (A job, in contrast, is what a client has an id for: store/job_store.h. A batch is one
 * job of many tasks.)
 *
 * A task is shared by counting references. Any thread may call all of this. A task that has ended
 * may outlive its pool.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/shared.h"
#include "config/options.h"
#include "jobs/job_id.h"
#include "jobs/job_state.h"
#include "jobs/work.h"
#include "pipeline/portrait.h"

typedef struct fc_task fc_task;

/** The work of a task. */
typedef struct fc_task_request {
    fc_buffer photo; /* taken over by a successful submission; empty where `work` needs none */
    fc_work work;    /* the work on it; without functions: that of the pool */
    fc_params params;
    uint32_t outputs;    /* FC_OUTPUT_... */
    fc_cutout_plan plan; /* of FC_OUTPUT_CUTOUT; its backdrop comes from here: */
    fc_shared *backdrop; /* or NULL; the reference is taken over by a successful submission */
    int64_t deadline_us; /* on fc_clock_us: a task that has not ended then is given up; 0: none */
    int64_t work_us_max; /* from when a worker takes it: then it is given up as well; 0: no bound */
    char job_id[FC_JOB_ID_SIZE]; /* its id while it waits or runs; "": none */

    /* Called once, without a lock, when the task is about to end and before anybody is told: on its
     * worker, or on the pool's own thread if it was stopped while it waited; never on the thread
     * that stopped it. The place to save the result, or to submit the next task of a batch.
     * `outcome` is the final state. May be NULL. */
    void (*ended)(void *context, fc_task *task, fc_job_state outcome);

    /* Called once, without a lock, on the worker that has taken the task, before anything is done.
     * May be NULL. */
    void (*began)(void *context);
    void *context;
} fc_task_request;

/** Result of a task. Intermediate pixels are released; `photo.file` is empty. */
typedef struct fc_task_result {
    fc_error failure; /* status FC_OK: none */
    fc_photo photo;   /* facts, faces, cutout, reports, warnings: as far as it was looked at */
    fc_portrait *portraits; /* png, jpeg, matte_png, frame, landmarks, reports, warnings */
    int32_t portrait_count;
    int64_t waited_us; /* in the queue and for memory */
    int64_t worked_us;
} fc_task_result;

/** Progress of a task. */
typedef struct fc_task_progress {
    fc_job_state state;
    const char *stage; /* name of the stage that runs, or NULL */
    double share;      /* 0..1, by number of stages; it never falls */
    int32_t ahead;     /* tasks that are before it in the queue; 0 once it runs */
} fc_task_progress;

/** Another reference to the same task. */
fc_task *fc_task_ref(fc_task *task);
/** Give a reference back; the last one releases the task with its result. NULL is fine. */
void fc_task_unref(fc_task *task);
FC_DEFINE_CLEANUP(fc_task, fc_task_unref)

/** Wait until it has ended, at most `timeout_ms` (0: only look). True when it has. */
FC_MUST_CHECK bool fc_task_wait(fc_task *task, int64_t timeout_ms);

/** Ask it to end as cancelled: sets a flag and signals, so it costs nothing. A waiting task is not
 * begun any more and counts as cancelled at once; its end follows shortly, fc_task_wait says when.
 * A running one ends after its stage. A task that has ended stays as it is. */
void fc_task_cancel(fc_task *task);

fc_task_progress fc_task_read_progress(fc_task *task);

/** The result of a task that has ended, or whose `ended` is being called. Borrowed; constant.
 */
const fc_task_result *fc_task_outcome(const fc_task *task);
