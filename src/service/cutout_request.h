/**
 * Cut-out request: a cut-out on behalf of a client, with the queue, workers, limits and deadline of
 * a portrait. Shared by the interfaces of all other services.
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

/** Answer with the picture of a task that succeeded. A pair becomes a ZIP of color.jpg and
 *  alpha.png. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_cutout_answer(const fc_cutout *cutout, fc_http_response *response,
                                         fc_error *err);

/** Set the headers for model, device and times. */
void fc_cutout_describe_run(const fc_task_result *result, fc_http_response *response);
