/**
 * CORS: which web pages of other origins may read answers. Credentials (cookies) are never allowed,
 * as the service knows none: a page that may use it sends its key in a header. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "http/response.h"

/** Set the headers of an answer. `origin` of the request, or NULL. */
void fc_http_cors_answer(const char *origins, const char *origin, fc_http_response *response);

/** Answer OPTIONS: 204 with the methods of the path and, for an allowed origin, what it may send.
 */
void fc_http_cors_preflight(const char *origins, const char *origin, const char *allow,
                            fc_http_response *response);
