/** Later: a photo whose answer is asked for under its job's id (Prefer: respond-async). */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "http/order.h"

/**
 * Record the job and put its photo into the queue; the worker saves what came of it.
 *
 * Errors: FC_BUSY, FC_IO, FC_OUT_OF_MEMORY; then there is no job.
 */
FC_MUST_CHECK fc_status fc_process_later(const fc_service *service, const fc_http_request *request,
                                         const fc_order *order, const fc_http_file *file,
                                         fc_error *err);

/** Fill in what is known of a job when it begins. */
fc_job fc_job_start(const fc_http_request *request, const char *id, const char *name,
                    fc_job_state state);
