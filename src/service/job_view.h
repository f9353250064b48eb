/** Job view: a job as its client sees it, read from the store and, while it runs, from the workers.
 *  Any thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "report/schema.h"
#include "service/service.h"
#include "store/job_store.h"

/** Path of a job. */
#define FC_JOB_PATH_SIZE 64
void fc_job_path(const char *id, char path[FC_JOB_PATH_SIZE]);

/**
 * Find a job of an owner.
 *
 * answer   its stored answer is appended; NULL when it is not wanted
 *
 * Errors: FC_NOT_FOUND (also for jobs of others), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_find(const fc_service *service, const char *owner, const char *id,
                                    fc_job *out, fc_buffer *answer, fc_error *err);

/**
 * {"id","status","progress","created","finished","expires","error","error_message","links",
 *  "result"}
 *
 * whole   with its answer as `result`; else that key is left out
 * ended   set when nothing will change any more
 *
 * Errors: as fc_job_find. `out` is the caller's.
 */
FC_MUST_CHECK fc_status fc_job_view(const fc_service *service, const char *owner, const char *id,
                                    bool whole, json_t **out, bool *ended, fc_error *err);

/** Schema of Job: its progress and its result. */
extern const fc_schema fc_job_schemas[];
