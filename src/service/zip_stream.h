/** ZIP stream: the portraits of a job as one archive, read from the store piece by piece while it
 *  is sent. One thread at a time. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "http/response.h"
#include "service/service.h"

/**
 * Answer with the archive of a job's portraits, named after the photos.
 *
 * Errors: FC_NOT_FOUND (there are none), FC_IO, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_zip_stream_start(const fc_service *service, const char *job_id,
                                            fc_http_response *response, fc_error *err);
