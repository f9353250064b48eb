/**
 * Curl: the common settings of every transfer by libcurl, to an address from a stranger
 * (net/guard.h) or from the operator (net/secure_url.h). Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "net/libcurl.h"

/** Open libcurl and make it ready, once; before anything of fc_curl is called. Errors: as
 *  fc_libcurl_load. */
FC_MUST_CHECK fc_status fc_curl_start(fc_error *err);

/**
 * Bind a new handle to an address and to https, or http as well. It follows no redirects, reads no
 * netrc and uses no signals; a caller that enables redirects keeps to the same protocols. False:
 * memory ran out, and the handle must not be used.
 */
bool fc_curl_set_up(CURL *handle, const char *url, bool plain_http);

/** Append "Name: value" to a list that is freed whole, also after a failure. False: memory ran
 *  out. */
bool fc_curl_add_header(struct curl_slist **headers, const char *line);
