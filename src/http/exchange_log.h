/** Access log: one line for each request, and one for each failure that is ours. No file names, no
 *  keys, no query. One thread at a time. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct fc_http_exchange;

/** A handler failed. What the client may not read is in the log. */
void fc_http_log_failure(const struct fc_http_exchange *exchange, const fc_error *err);

/** The request is over. Tells the observer of the settings as well. */
void fc_http_log_exchange(const struct fc_http_exchange *exchange, bool completed);
