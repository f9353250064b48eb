/** Metrics as text, in the format that Prometheus reads (0.0.4). Any thread. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "engine/engine.h"
#include "jobs/analysis_store.h"
#include "jobs/statistics.h"
#include "jobs/worker_pool.h"
#include "store/job_store.h"
#include "store/picture_cache.h"

/** `Content-Type` of the text. */
#define FC_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/** State at this moment, in addition to the counters. */
typedef struct fc_metrics_now {
    fc_worker_pool_load load;
    bool store_away; /* it does not answer: nothing is told of both below */
    fc_job_totals jobs;
    fc_job_backlog backlog;
    fc_analysis_load analyses;
    fc_picture_cache_load images; /* all zero where none are kept */
    const fc_engine *engine;      /* NULL before the models are loaded */
} fc_metrics_now;

/** Append all metrics. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. Cost: about 30 KB of text. */
FC_MUST_CHECK fc_status fc_metrics_print(const fc_statistics *statistics, const fc_metrics_now *now,
                                         fc_buffer *out, fc_error *err);
