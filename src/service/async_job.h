/**
 * Async jobs: photos whose clients ask for the answer later, by the id of the job (Prefer:
 * respond-async), one or a batch. Accepted photos are on the disk (store/job_store.h) until they
 * have ended, in this process or in a later one.
 *
 * One thread puts the photos into the queue of the workers, few at a time, so that many of them
 * keep nobody else out: each batch in its turn, in the order of acceptance. A photo during which
 * the service has crashed before comes after the others, and alone. Any thread but for start, stop
 * and free.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"
#include "service/process_request.h"
#include "service/service.h"
#include "store/job_store.h"

/** Keys of repeated requests that are remembered, a day each: what the draft and its users keep. */
#define FC_KEYS_MAX 10000

/**
 * Resume the jobs and the keys of the store and start working. The service has its store, its pool
 * and its table of keys.
 *
 * Errors: those of the store, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_async_jobs_start(fc_service *service, fc_async_jobs **out,
                                            fc_error *err);

/** Put nothing more into the queue; waiting jobs are left to a later process. Waits for the thread,
 *  which may wait for the disk. NULL is fine. */
void fc_async_jobs_stop(fc_async_jobs *list);

/** Give back what was claimed of a store that is shared and has not ended: other processes go on
 *  with it, whatever this one still does. After fc_async_jobs_stop. NULL is fine. */
void fc_async_jobs_let_go(fc_async_jobs *list);

/** After fc_async_jobs_stop and after the pool has ended. NULL is fine. */
void fc_async_jobs_free(fc_async_jobs *list);

/** Number of accepted photos that have not ended. */
int32_t fc_async_jobs_count(fc_async_jobs *list);

/**
 * Accept the photos of a request: the only one, or (`batch`) all that are named "files".
 *
 * Errors: FC_BUSY (no room at the moment), FC_LIMIT_EXCEEDED (more than there can be room for),
 * FC_STORAGE_FULL, FC_IO, FC_OUT_OF_MEMORY; then there is no job. On FC_OK the key of the request
 * is the job's.
 */
FC_MUST_CHECK fc_status fc_async_jobs_accept(fc_service *service, const fc_http_request *request,
                                             const fc_process_request *order, bool batch,
                                             fc_error *err);
