/** A client for tests of the server: raw bytes over a socket, so that wrong requests can be sent.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Connect to a port of this machine. Fails the test when that is refused. */
int fc_client_connect(uint16_t port);

/** Send all of it; what the other side does not take is not counted as a failure. */
void fc_client_send(int socket, const char *data, size_t size);
void fc_client_say(int socket, const char *text);

/**
 * Read one answer, or to the end when it has no Content-Length.
 *
 * answer   head and body, with a final zero; "" when the other side hung up, or said nothing for
 *          `timeout_ms`
 *
 * Gives the code, or 0.
 */
int fc_client_read(int socket, char *answer, size_t size, int timeout_ms);

/** Connect, send, read, close. */
int fc_client_ask(uint16_t port, const char *request, char *answer, size_t size);

/** The other side has hung up within the time. */
int fc_client_sees_end(int socket, int timeout_ms);
