/**
 * OpenAPI: the description of the interface for programs. Paths and answers come from the table of
 * routes, fields and their limits from the option tables, schemas from the tables next to the code
 * that writes the JSON. The frame, and requests and answers of the other services' interfaces, are
 * in api/docs/openapi.json. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"

/**
 * Append the document, OpenAPI 3.1, as one line of JSON.
 *
 * defaults, server   the values in force: the document states them
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED; then unchanged.
 */
FC_MUST_CHECK fc_status fc_openapi_print(const fc_params *defaults,
                                         const fc_server_settings *server, fc_buffer *out,
                                         fc_error *err);
