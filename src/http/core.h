/** Core: state that the parts of the server share. Only http/server.c makes one. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "http/connection.h"
#include "http/keys.h"
#include "http/settings.h"

struct MHD_Response;

typedef struct fc_http_core {
    fc_http_settings settings; /* its texts belong to the core */
    fc_http_routes routes;
    void *context;
    fc_http_keys keys; /* under keys_lock */
    pthread_rwlock_t keys_lock;
    fc_http_connections connections;
    atomic_size_t body_bytes;       /* of all requests, as far as they were read */
    atomic_bool ending;             /* connections are not kept for another request */
    struct MHD_Response *no_memory; /* made at the start */
} fc_http_core;
