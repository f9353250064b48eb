/** OpenAPI schemas of request bodies, made from the option tables. Any thread. */
#pragma once

#include <jansson.h>

#include "config/options.h"
#include "http/route.h"

/** The `requestBody` of a route that takes photos. Owner: caller. NULL when memory ran out. */
json_t *fc_openapi_body(const fc_http_route *route, const fc_params *defaults,
                        const fc_server_settings *server);
