/** The pictures of a request to /v1.0/removebg: the photo, and perhaps a background. */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"
#include "http/response.h"
#include "net/fetch.h"

/** Borrowed from the request, or fetched. Release with fc_removebg_sources_clear. */
typedef struct fc_removebg_sources {
    fc_bytes photo;
    fc_bytes backdrop; /* empty: none */
    fc_buffer fetched_photo;
    fc_buffer fetched_backdrop;
} fc_removebg_sources;

void fc_removebg_sources_clear(fc_removebg_sources *sources);

/**
 * Find the one photo and at most one background, and fetch those given by address.
 *
 * has_colour   a colour is asked for behind the photo
 * out          all zero
 * refused      set when the response holds a refusal; then there is nothing more to do
 *
 * Errors: FC_BUSY (too many are fetched at the same time), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_removebg_find_sources(const fc_fetch_rules *rules,
                                                 const fc_http_request *request, bool has_colour,
                                                 fc_removebg_sources *out,
                                                 fc_http_response *response, bool *refused,
                                                 fc_error *err);
