/**
 * Worker pool: a fixed number of threads that work on tasks, one photo each, over one engine.
 *
 * Three bounds keep the service alive under any load: the workers, the queue, and the memory that
 * running tasks, waiting photos and files in reception may take together. A task's memory is
 * estimated from the header of its photo before a pixel is decoded. A task that does not fit the
 * queue is refused, with the time after which to try again; one that does not fit the memory waits
 * its turn.
 *
 * Any thread, but fc_worker_pool_free: by one thread, when no other uses the pool.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "jobs/statistics.h"
#include "jobs/task.h"
#include "jobs/work.h"

typedef struct fc_worker_pool fc_worker_pool;

typedef struct fc_worker_pool_limits {
    int32_t workers;    /* 1..FC_JOBS_MAX */
    int32_t queue_max;  /* tasks that may wait, at least 1 */
    int64_t memory_max; /* bytes of all running tasks together; a photo above it is refused */
    int64_t rest_us;    /* without a task, after which memory that is only kept for the next one
                         * goes back to the system; 0: never */
} fc_worker_pool_limits;

/** The pool at this moment. */
typedef struct fc_worker_pool_load {
    int32_t workers;
    int32_t busy;
    int32_t queued;
    int32_t queue_max;
    int64_t memory_used; /* of running tasks, of files in the queue and in reception */
    int64_t memory_max;
    bool draining;
} fc_worker_pool_load;

/**
 * Start the workers.
 *
 * statistics   counts every task that ends; outlives the pool; may be NULL
 *
 * Errors: FC_OUT_OF_MEMORY, also when no thread can be started.
 */
FC_MUST_CHECK fc_status fc_worker_pool_new(const fc_work *work, const fc_worker_pool_limits *limits,
                                           fc_statistics *statistics, fc_worker_pool **out,
                                           fc_error *err);

/** Cancel remaining tasks, wait for the workers, release. NULL is fine. */
void fc_worker_pool_free(fc_worker_pool *pool);
FC_DEFINE_CLEANUP(fc_worker_pool, fc_worker_pool_free)

/**
 * Put a task at the end of the queue.
 *
 * request   its photo and backdrop are taken over on success, and left alone on failure
 * out       a reference for the caller; NULL when it is not wanted
 *
 * Errors: FC_BUSY when the queue is full or the pool drains; FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_worker_pool_submit(fc_worker_pool *pool, fc_task_request *request,
                                              fc_task **out, fc_error *err);

/** The task of a job while it waits or runs, as a reference for the caller; else NULL. */
fc_task *fc_worker_pool_lookup(fc_worker_pool *pool, const char *job_id);

/** Seconds until the queue, as long as it is now, will be worked off: 1..120. */
int32_t fc_worker_pool_retry_after_s(fc_worker_pool *pool);

/**
 * Reserve memory for a file that is being received, within the bound for running tasks.
 *
 * Files in reception and in the queue may take half of memory_max, so that the tasks that free them
 * have room; one alone may take all of it.
 *
 * bytes   more than before
 * own     that the same receiver has taken already
 *
 * False: there is no room at the moment. Give reserved memory back with fc_worker_pool_discharge. A
 * photo that was submitted is counted by the pool itself.
 */
FC_MUST_CHECK bool fc_worker_pool_charge(fc_worker_pool *pool, int64_t bytes, int64_t own);
void fc_worker_pool_discharge(fc_worker_pool *pool, int64_t bytes);

fc_worker_pool_load fc_worker_pool_stats(fc_worker_pool *pool);

/**
 * Refuse new tasks and let those that wait or run end; tasks left after `timeout_ms` are ended with
 * FC_STOPPING.
 *
 * Returns true when nothing had to be cancelled. All tasks have ended then. The pool stays closed.
 */
bool fc_worker_pool_drain(fc_worker_pool *pool, int64_t timeout_ms);
