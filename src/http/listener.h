/** Listener: the socket that a server listens on. Any thread. */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * Listen on an address.
 *
 * host   address or name; "::" takes IPv4 as well
 * port   0: any free one
 * out    a socket; close it
 *
 * Errors: FC_INVALID_ARGUMENT (no such host), FC_IO (in use, not allowed).
 */
FC_MUST_CHECK fc_status fc_http_listen(const char *host, uint16_t port, int *out, fc_error *err);

/** The port that a socket is bound to. */
uint16_t fc_http_listen_port(int socket);

/**
 * Let nobody else in, and wait until every connection in the kernel's queue was accepted, at most
 * `timeout_ms`. Another thread accepts.
 *
 * Call it before a listener ends: waiting clients believe that they are connected, and would lose
 * what they have sent. Where the kernel does not let newcomers be kept out (no socket filters, or
 * for administrators alone), this only waits. Takes 50 ms when nobody waits.
 */
void fc_http_listen_settle(int socket, int32_t timeout_ms);
