/** Status: maps our statuses to HTTP codes; the only place that does. Any thread. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/** The HTTP code of a status. */
unsigned fc_http_code(fc_status status);

/** The same for a failure to read a request: 400 for a malformed one, 415 for an unknown type.
 */
unsigned fc_http_body_code(fc_status status);

/** Whether the text of such an error is for the client; otherwise it is for the log alone. */
bool fc_http_tells_client(fc_status status);

/** The phrase of a code, such as "Not Found". Never NULL. */
const char *fc_http_phrase(unsigned code);
