/** Send: a settled answer into the library's hands. One thread at a time: the connection's. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>

#include "http/exchange.h"

/** Queue the answer of an exchange, whose body is taken over. False: out of memory. */
bool fc_http_send(fc_http_exchange *exchange, struct MHD_Connection *connection);
