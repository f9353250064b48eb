/** Send: a settled answer into the library's hands. One thread at a time: the connection's. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "http/exchange.h"

/**
 * Queue the answer of an exchange, whose body is taken over. Where there is no memory for it, the
 * answer of fc_http_no_memory_new goes out instead. False: there is none even for that.
 */
bool fc_http_send(fc_http_exchange *exchange, struct MHD_Connection *connection);

/** The 503 that says that memory ran out, for any number of connections; NULL without memory.
 *  Release with MHD_destroy_response. */
struct MHD_Response *fc_http_no_memory_new(void);
