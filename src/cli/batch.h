/**
 * Batch: many jobs on a few threads, reported in their order.
 *
 * A job that is done waits until those before it have been reported; at most FC_BATCH_WINDOW jobs
 * are begun ahead of the report. Called by one thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "pipeline/portrait.h"
#include "pipeline/stages.h"

/** Result of one job. */
typedef struct fc_job_report {
    fc_buffer results; /* for standard output */
    fc_buffer trace;   /* stage tables, for standard output or error */
    fc_warnings warnings;
    fc_error failure; /* status FC_OK: none */
} fc_job_report;

typedef struct fc_batch {
    size_t count;
    int32_t threads;   /* 1..FC_JOBS_MAX */
    fc_cancel *cancel; /* no job is begun after it; set when a report is refused */

    /* One job, on any thread. `report` starts empty. */
    void (*work)(void *context, size_t index, fc_job_report *report);

    /* One at a time, in order, on the calling thread. A failure stops the batch. */
    fc_status (*report)(void *context, size_t index, const fc_job_report *report, fc_error *err);

    /* About four times a second, on the calling thread. */
    void (*tick)(void *context);

    void *context;
} fc_batch;

/**
 * Run all jobs.
 *
 * Errors: that of a report; FC_CANCELLED; FC_OUT_OF_MEMORY (no thread could be started).
 */
FC_MUST_CHECK fc_status fc_batch_run(const fc_batch *batch, fc_error *err);
