/** A server with a handful of routes, for tests of everything about HTTP that is not a route. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#include "http/server.h"

/** The beginning of a request in a test: lines end in CRLF, and HTTP/1.1 wants a host. */
#define CRLF "\r\n"
#define HOST "Host: test" CRLF

/** What the routes share with the tests. */
typedef struct fc_toy_state {
    atomic_int gone;       /* clients whose handler saw them leave */
    atomic_int waiting;    /* handlers in /wait */
    atomic_bool release;   /* they may answer */
    atomic_uint last_code; /* that the observer was told */
} fc_toy_state;

extern fc_toy_state fc_toy;

/** GET /health (no key), /wait, /picture/{id} (ten bytes with a tag), /fail, /events; POST /upload.
 */
fc_http_routes fc_toy_routes(void);

/** Files of 100 kB, no time-out that a test could reach. */
fc_http_settings fc_toy_settings(void);

/** A fresh start. Fails the test. */
fc_http_server *fc_toy_start(const fc_http_settings *settings);

/** cmocka setup and teardown of a test: a server in *state. */
int fc_toy_set_up(void **state);
int fc_toy_tear_down(void **state);
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, fc_toy_set_up, fc_toy_tear_down)

/** One request on a connection of its own to the server in *state; gives the code. */
int fc_toy_ask(void **state, const char *request, char *answer, size_t size);

void fc_toy_nap_ms(long ms);
