/**
 * A cut-out on behalf of a client: the same queue, workers, limits and deadline as a portrait has.
 * What every dialect that asks for one shares.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"
#include "jobs/task.h"
#include "service/service.h"

/** What a client asks for. Pictures are files of the request, or were fetched. */
typedef struct fc_cutout_request {
    fc_cutout_plan plan; /* its backdrop is this one: */
    fc_bytes backdrop;   /* empty: none */
    fc_params params;
    fc_bytes photo;
    fc_buffer *fetched_photo; /* what `photo` lies in; NULL: in a file of the request */
    fc_buffer *fetched_backdrop;
} fc_cutout_request;

/**
 * Queue a cut-out and wait for it.
 *
 * wish   its pictures are handed over to the task, not copied
 * out    has ended; its outcome may be a failure. A reference for the caller
 *
 * Errors: FC_UNSUPPORTED_FORMAT (the photo is no picture of an accepted type), FC_BUSY,
 * FC_CANCELLED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_cutout_order(const fc_service *service, const fc_http_request *request,
                                        const fc_cutout_request *wish, fc_task **out,
                                        fc_error *err);

/** The picture of a task that succeeded, as the body, with its type. A pair becomes a ZIP of
 *  color.jpg and alpha.png. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_cutout_answer(const fc_cutout *cutout, fc_http_response *response,
                                         fc_error *err);

/** What ran, where, and how long it took, as headers. */
void fc_cutout_describe_run(const fc_task_result *result, fc_http_response *response);
