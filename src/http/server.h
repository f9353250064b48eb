/**
 * Server: connections, their limits and deadlines, and the way of each request through routes,
 * keys, body and handler. Each connection has a thread of its own, so a handler may wait.
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

typedef struct fc_http_server fc_http_server;

/** A request that was answered, for metrics. Called in the connection's thread; must not wait. */
typedef struct fc_http_event {
    const fc_http_route *route; /* NULL: no such route, or refused before it was known */
    unsigned code;              /* 499: the client left before the answer */
    int64_t duration_us;        /* from its headers to the end of its answer */
    uint64_t request_bytes;     /* of the body */
    uint64_t response_bytes;
} fc_http_event;

typedef struct fc_http_settings {
    const char *host;                    /* address or name to listen on */
    uint16_t port;                       /* 0: any free one */
    int32_t connections_max;             /* at once; how more are met: http/admission.h */
    int32_t connections_per_address_max; /* 0: no limit (behind a proxy) */
    int32_t idle_timeout_ms;             /* between two requests of a connection */
    int32_t header_timeout_ms;           /* total, for the headers of a request */
    int32_t body_timeout_ms;      /* total, for a body of no size; see bytes_per_second_min */
    int32_t send_timeout_ms;      /* the same for the answer */
    int32_t bytes_per_second_min; /* each second given for so many bytes of a body */
    size_t file_bytes_max;        /* one file */
    size_t batch_bytes_max;       /* the whole body of a batch */
    size_t batch_files_max;
    size_t bodies_bytes_max;  /* memory of one body; beyond it: 413, as it could never be had */
    const char *cors_origins; /* "*", or a list with commas; "": none */
    const char *api_keys;     /* list with commas; "": no key is asked */
    void (*observe)(void *context, const fc_http_event *event); /* or NULL */
    /* Memory for a body as it comes, beyond the FC_HTTP_BODY_FREE that each has: take `bytes` more
     * than its `own`, false for 503; give back. NULL: unbounded. */
    bool (*charge)(void *context, size_t bytes, size_t own);
    void (*discharge)(void *context, size_t bytes);
    void (*active)(void *context, int change); /* +1 and -1 for each request; or NULL */
} fc_http_settings;

/** What `serve` starts from: 127.0.0.1, any port, the limits of docs. */
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

/** Take other keys from now on. Errors: FC_INVALID_ARGUMENT, FC_OUT_OF_MEMORY; then unchanged. */
FC_MUST_CHECK fc_status fc_http_server_set_keys(fc_http_server *server, const char *api_keys,
                                                fc_error *err);

/** Version of libmicrohttpd, such as "0.9.75". */
const char *fc_http_library(void);

/** Accept no new connection and close the idle ones; requests that run go on. */
void fc_http_server_quiesce(fc_http_server *server);

/** Wait until every request is answered, at most so long. False: some are left. */
bool fc_http_server_drain(fc_http_server *server, int32_t timeout_ms);

/** Hang up on whoever is left (fc_http_client_gone then says so), wait for the handlers, release.
 */
void fc_http_server_free(fc_http_server *server);
FC_DEFINE_CLEANUP(fc_http_server, fc_http_server_free)
