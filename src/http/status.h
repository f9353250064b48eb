/** Status: the only place that knows which HTTP code a status of ours is. Any thread. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/** The HTTP code that answers a status. */
unsigned fc_http_code(fc_status status);

/** The same for a failure to read a request: what is malformed is 400 there, an unknown type 415.
 */
unsigned fc_http_body_code(fc_status status);

/** The text of such an error is for the client; otherwise it is for the log alone. */
bool fc_http_tells_client(fc_status status);

/** The phrase of a code, such as "Not Found". Never NULL. */
const char *fc_http_phrase(unsigned code);
