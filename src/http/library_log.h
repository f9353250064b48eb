/**
 * Library log: what libmicrohttpd has to say. It goes into our log, and where the library is about
 * to answer a request that it cannot read, we answer: 0.9.75 sends two heads for some of them, and
 * none of its answers is JSON.
 *
 * Any thread; a connection's own for what concerns it.
 */
#pragma once

#include <stdarg.h>

#include "http/connection.h"
#include "http/shortage.h"

/** This thread serves a connection; messages name none. */
void fc_http_library_serves(fc_http_connection *connection);

/** A message. shortage   is told of connections that get no thread */
__attribute__((format(printf, 2, 0))) void
fc_http_library_log(fc_http_shortage *shortage, const char *format, va_list arguments);
