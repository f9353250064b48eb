/** Settings of the server: its address, limits, deadlines and observers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/route.h"

/** A request that was answered, for metrics. Called in the connection's thread; must not wait. */
typedef struct fc_http_event {
    const fc_http_route *route; /* NULL: no such route, or refused before it was known */
    unsigned code;              /* 499: the client left, before the answer or amid its request */
    int64_t duration_us;        /* from its headers to the end of its answer */
    uint64_t request_bytes;     /* of the body */
    uint64_t response_bytes;
} fc_http_event;

typedef struct fc_http_settings {
    const char *host;                    /* address or name to listen on */
    uint16_t port;                       /* 0: any free one */
    int32_t connections_max;             /* at once; how more are met: http/acceptor.h */
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
