/**
 * Settle: from what a handler answered to what goes over the wire - conditions, ranges, the headers
 * that every answer has, problem+json for who asks for it. One thread at a time.
 */
#pragma once

#include "http/range.h"
#include "http/request.h"
#include "http/response.h"

/**
 * Change the answer to fit the request.
 *
 * request        its headers, method and id are looked at
 * cors_origins   as in the settings
 * part           what of the body is sent: 0 and its size, or the range of a 206
 */
void fc_http_response_finalize(const fc_http_request *request, const char *cors_origins,
                               fc_http_response *response, fc_http_range *part);

/** Bytes of the body; 0 for a stream, whose size nobody knows. */
uint64_t fc_http_response_size(const fc_http_response *response);
