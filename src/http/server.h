/**
 * Server: serves HTTP. It has the connections, their limits and deadlines, and leads each request
 * through routes, keys, body and handler. Each connection has a thread of its own, so a handler may
 * wait.
 *
 * fc_http_server_new starts it; quiesce, drain and free end it, in this order. Handlers are called
 * from many threads at once. The other functions are for any thread, free for one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/route.h"
#include "http/settings.h"

typedef struct fc_http_server fc_http_server;

/** Default settings: 127.0.0.1, any port, the documented limits. */
fc_http_settings fc_http_settings_default(void);

/**
 * Listen and answer.
 *
 * settings   copied, texts included
 * routes     borrowed, must live as long as the server
 * context    handed to each handler
 *
 * Errors: FC_INVALID_ARGUMENT (host, keys, origins), FC_IO (address in use), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_server_new(const fc_http_settings *settings, fc_http_routes routes,
                                           void *context, fc_http_server **out, fc_error *err);

/** The port that it listens on. */
uint16_t fc_http_server_port(const fc_http_server *server);

/** Open connections, and requests that are being read or answered. */
typedef struct fc_http_load {
    int32_t connections;
    int32_t requests;
    size_t body_bytes; /* of bodies in memory */
} fc_http_load;

fc_http_load fc_http_server_load(fc_http_server *server);

/** Replace the keys from now on. Errors: FC_INVALID_ARGUMENT, FC_OUT_OF_MEMORY; then unchanged. */
FC_MUST_CHECK fc_status fc_http_server_set_keys(fc_http_server *server, const char *api_keys,
                                                fc_error *err);

/** Version of libmicrohttpd, such as "0.9.75". */
const char *fc_http_library(void);

/** Accept no new connection and close the idle ones; requests that run go on. */
void fc_http_server_quiesce(fc_http_server *server);

/** Wait until every request is answered, at most the given time. False: some are left. */
bool fc_http_server_drain(fc_http_server *server, int32_t timeout_ms);

/** Close remaining connections (fc_http_client_gone then says so), wait for the handlers, release.
 */
void fc_http_server_free(fc_http_server *server);
FC_DEFINE_CLEANUP(fc_http_server, fc_http_server_free)
