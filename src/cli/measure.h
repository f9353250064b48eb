/**
 * Measure: how long the stages take for one photo on this machine, and the gain of several at once.
 * For `facecraft bench`. One thread at a time.
 */
#pragma once

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/engine.h"
#include "pipeline/portrait.h"
#include "pipeline/stages.h"

/** Most runs of one measurement. */
#define FC_MEASURE_RUNS_MAX 1000

/** The work on the photo. */
#define FC_MEASURE_OUTPUTS (FC_OUTPUT_PNG | FC_OUTPUT_JPEG)

/** Settings of a measurement. */
typedef struct fc_measure_plan {
    const fc_engine *engine;
    fc_bytes file; /* the photo */
    fc_params params;
    int32_t runs;      /* 1..FC_MEASURE_RUNS_MAX, and one more to warm up */
    int32_t jobs;      /* photos at once in the second part, 1..FC_JOBS_MAX */
    fc_cancel *cancel; /* asked between two stages */
} fc_measure_plan;

/** One row: a stage, in the order of the table. */
typedef struct fc_measure_stage {
    const char *name;   /* NULL: did not run */
    const char *model;  /* NULL: no network ran */
    const char *device; /* NULL: no network ran */
    double median_ms;
    double least_ms;
    double most_ms;
} fc_measure_stage;

typedef struct fc_measure {
    fc_measure_stage stages[FC_STAGES_MAX];
    fc_measure_stage all; /* from the bytes of the photo to the bytes of the portraits */
    fc_size photo;        /* px, as a person sees it */
    int32_t portraits;    /* made of the photo */
    double photos_per_s;  /* with `jobs` photos at once */
    double cpu_ms;        /* of the processors, for one photo of that second part */
    double peak_mb;       /* most memory of the process so far */
} fc_measure;

/**
 * Work on the photo `runs` times alone, then `runs` times for each job with `jobs` at once.
 *
 * Errors: those of fc_engine_process; FC_CANCELLED; FC_OUT_OF_MEMORY. The first failure ends it.
 */
FC_MUST_CHECK fc_status fc_measure_run(const fc_measure_plan *plan, fc_measure *out, fc_error *err);
