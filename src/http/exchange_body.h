/**
 * The body of an exchange: read piece by piece against its limits, its deadline, and the memory
 * that all bodies and all photos in work share.
 *
 * One thread at a time: the connection's.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/exchange.h"

/** All that can be said about a body before it is there; afterwards the exchange may be answered.
 */
void fc_http_exchange_begin_body(fc_http_exchange *exchange);

/**
 * The next piece of the body.
 *
 * False: the client was told off and hung up on; the connection is to be closed.
 */
FC_MUST_CHECK bool fc_http_exchange_feed(fc_http_exchange *exchange, fc_bytes piece);

/** The body is there: fill in fields and files of the request. Errors: those of fc_http_body_feed.
 */
FC_MUST_CHECK fc_status fc_http_exchange_end_body(fc_http_exchange *exchange, fc_error *err);

/** The body was released: so is its memory for others. */
void fc_http_exchange_discharge(fc_http_exchange *exchange);
