/**
 * Job: one photo of `facecraft process`, from reading it to writing its portraits. The plan is
 * shared and constant; any number of jobs may run at once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/batch.h"
#include "cli/inputs.h"
#include "cli/outputs.h"
#include "cli/parallel.h"
#include "engine/engine.h"

typedef struct fc_job_plan {
    const fc_engine *engine;
    const fc_inputs *inputs;
    const fc_outputs *outputs;
    const fc_cancel *cancel;
    fc_memory_share *memory; /* of all jobs */
    fc_params params;
    fc_bytes backdrop; /* the picture behind the person, or empty; borrowed */
    size_t file_bytes_max;
    bool json;  /* results are answers; else the names of the written files */
    bool trace; /* collect the stage tables */
} fc_job_plan;

/** Do the job; whatever goes wrong is in the report. */
void fc_job_run(const fc_job_plan *plan, size_t index, fc_job_report *report);
