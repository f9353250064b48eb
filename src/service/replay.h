/** Replay: answers repeated requests (Idempotency-Key) with the result of the first one. One thread
 * at a time. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"
#include "service/process_request.h"
#include "service/service.h"
#include "store/job_store.h"

/**
 * Claim the key of a request, where it has one and jobs are kept.
 *
 * answered   set when the response is complete: the stored answer (200 or, where that was
 *            preferred, 202), 409 while the first request runs, 422 for another request
 *
 * On FC_OK and not answered the order's job holds the key: fc_idempotency_finish or _release it.
 *
 * Errors: FC_INVALID_ARGUMENT (a malformed key), FC_BUSY, FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_replay(const fc_service *service, const fc_http_request *request,
                                  const fc_process_request *order, fc_http_response *response,
                                  bool *answered, fc_error *err);

/** Answer 202 with the job and its address. Errors: those of fc_job_view. */
FC_MUST_CHECK fc_status fc_answer_accepted(const fc_service *service,
                                           const fc_http_request *request, const char *job_id,
                                           fc_http_response *response, fc_error *err);

/* ---- kept pictures --------------------------------------------------------------------------- */

/* Kept pictures: read back from the store, alone or as base64 within the answer that their job
 *  gave. One thread at a time. */

/** Append a picture of a job. Errors: FC_NOT_FOUND, FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_kept_picture_read(const fc_service *service, const char *id,
                                             fc_picture_type type, int32_t number, fc_buffer *out,
                                             fc_error *err);

/**
 * Put the pictures into a kept answer as they were in the first one: of one portrait, of all
 * `portraits`, or of all `results` of a batch.
 *
 * Errors: FC_NOT_FOUND (pictures were deleted meanwhile), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_kept_pictures_fill(const fc_service *service, const char *id,
                                              json_t *answer, fc_error *err);
