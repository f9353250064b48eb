/** Kept pictures: read back from the store, alone or as base64 within the answer that their job
 *  gave. One thread at a time. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "service/service.h"
#include "store/job_store.h"

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
