/**
 * Acceptor: the thread that takes connections from a listener, as many as there may be. What is
 * refused is told so: nobody waits in the kernel's queue for a place. When descriptors run out, a
 * spare one is given up for a moment to turn the next client away, so that neither the queue fills
 * up nor the loop spins.
 *
 * Start and stop by one thread.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/admission.h"
#include "http/shortage.h"

/** Clients that may be reading at the same time why they were turned away. */
#define FC_HTTP_LINGERING_MAX 16

/** Serve a connection from now on: its fc_http_connection is made soon. The socket is taken over,
 *  also on failure. */
typedef bool (*fc_http_take)(void *context, int socket, const struct sockaddr *address,
                             socklen_t address_size);

typedef struct fc_http_acceptor {
    int listener;
    fc_http_connections *connections;
    fc_http_admission_limits limits;
    fc_http_take take;
    void *context;
    pthread_t thread;
    int stop;                             /* an eventfd */
    int spare;                            /* a descriptor to be given up, or -1 */
    int lingering[FC_HTTP_LINGERING_MAX]; /* clients that were turned away */
    int lingering_count;
    fc_http_shortage shortage;
} fc_http_acceptor;

/**
 * Accept connections, in a thread of its own.
 *
 * acceptor   its listener (non-blocking), connections, limits, take and context filled in
 *
 * Errors: FC_IO (no descriptor), FC_OUT_OF_MEMORY (no thread).
 */
FC_MUST_CHECK fc_status fc_http_acceptor_start(fc_http_acceptor *acceptor, fc_error *err);

/** Accept nothing more. The listener stays open. */
void fc_http_acceptor_stop(fc_http_acceptor *acceptor);
