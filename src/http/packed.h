/** Packed: files that the program carries as gzip, answered as a client wants them. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"

/**
 * Answer with a file: as it is for clients that take gzip, else unpacked.
 *
 * packed   gzip, as long as the program lives
 * digest   of the file, for the ETag; both forms have their own
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: unpacking, for clients that do not take gzip.
 */
FC_MUST_CHECK fc_status fc_http_set_packed(const fc_http_request *request,
                                           fc_http_response *response, const char *content_type,
                                           fc_bytes packed, const char *digest, fc_error *err);
