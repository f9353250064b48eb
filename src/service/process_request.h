/**
 * Process request: the order of one request, read from its fields and checked before any work
 * begins. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"
#include "jobs/job_id.h"
#include "jobs/task.h"
#include "service/form.h"
#include "service/service.h"
#include "store/job_store.h"

typedef struct fc_process_request {
    fc_form form;
    fc_bytes backdrop; /* the picture behind the person, or empty; borrowed from the request */
    char job_id[FC_JOB_ID_SIZE]; /* drawn for this order */
    int64_t deadline_us;         /* fc_clock_us */
    bool asynchronous;           /* Prefer: respond-async, and jobs are kept */
} fc_process_request;

/**
 * Read the fields of the body and of the query; those of the body are stronger.
 *
 * order      its form filled in with the defaults of the route
 * field      the field that a photo must be in; NULL: none is needed
 * refused    set when the response holds a refusal; then there is nothing more to do
 *
 * Errors: FC_BUSY (the service ends), FC_UNSUPPORTED_FORMAT (the picture of background_file),
 * FC_INVALID_ARGUMENT (such a picture for a plain portrait), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_process_request_read(const fc_service *service,
                                                const fc_http_request *request, const char *field,
                                                fc_process_request *order,
                                                fc_http_response *response, bool *refused,
                                                fc_error *err);

/** Refuse a file that is not a picture of an accepted type, in the words of the contract. Errors:
 *  FC_UNSUPPORTED_FORMAT. */
FC_MUST_CHECK fc_status fc_photo_check(const fc_service *service, fc_bytes photo, fc_error *err);

/** The first record of a request's job, with the request's idempotency key if there is one. */
fc_job fc_job_start(const fc_service *service, const fc_http_request *request, const char *id,
                    const char *name, fc_job_state state);

/** Digest of everything that determines the result: route, form and photos. */
void fc_process_request_fingerprint(const fc_http_request *request, const fc_form *form,
                                    char text[FC_DIGEST_SIZE]);

/** Pictures that the form asks for: FC_OUTPUT_... */
uint32_t fc_form_outputs(const fc_form *form);

/** Type of the picture that is the answer; of FC_FORM_JSON a PNG. */
fc_picture_type fc_form_picture_type(const fc_form *form);

/** Deadline of the work for a request, on fc_clock_us: request_deadline_s after its arrival. */
int64_t fc_photo_deadline_us(const fc_service *service, const fc_http_request *request);

/**
 * Take over bytes that lie in a file of the request; other bytes are copied.
 *
 * bytes   may be empty; then nothing is done
 * out     stays as it is where it has data already
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_photo_take(const fc_http_request *request, fc_bytes bytes,
                                      fc_buffer *out, fc_error *err);

/** The same for a picture behind the person, which several photos may share. */
FC_MUST_CHECK fc_status fc_backdrop_take(const fc_http_request *request, fc_bytes bytes,
                                         fc_shared **out, fc_error *err);

/**
 * Put a photo into the queue. Files of the request are handed over (fc_photo_take), so that each
 * counts once in the memory that all share.
 *
 * photo     empty where its work needs none
 * backdrop  the picture behind the person; may be empty
 * wanted    filled in but for these two, unless their buffers are handed over here; they are gone
 *           afterwards, also on failure
 *
 * Errors: as fc_worker_pool_submit.
 */
FC_MUST_CHECK fc_status fc_photo_submit(const fc_service *service, const fc_http_request *request,
                                        fc_bytes photo, fc_bytes backdrop, fc_task_request *wanted,
                                        fc_task **out, fc_error *err);

/**
 * Wait for a task on behalf of a client; when it hangs up, the task is cancelled.
 *
 * Errors: FC_CANCELLED.
 */
FC_MUST_CHECK fc_status fc_photo_wait(const fc_http_request *request, fc_task *task, fc_error *err);

/** The same, but it returns only when the task has ended, even if the client has left: for work
 * that writes into memory of the handler. */
FC_MUST_CHECK fc_status fc_photo_wait_for_end(const fc_http_request *request, fc_task *task,
                                              fc_error *err);
