/**
 * Acceptor: the thread that accepts connections from a listener, up to the limit. Clients beyond it
 * are told so; they do not wait in the kernel's queue for a place. When descriptors run out, a
 * spare one is given up for a moment to turn the next client away, so that neither the queue fills
 * up nor the loop spins.
 *
 * Start and stop by one thread.
 */
#pragma once

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/connection.h"

/* ---- shortage -------------------------------------------------------------------------------- */

/* Shortage: says in the log that clients are turned away, and why, but not for each of them.
 *  One thread at a time. */

/** Start with zeros. */
typedef struct fc_http_shortage {
    int64_t told_us; /* 0: never */
    int64_t times;   /* since */
} fc_http_shortage;

/** Note one more client turned away: logged at once, then every minute with the count. */
void fc_http_shortage_note(fc_http_shortage *shortage, const char *reason);

/* ---- admission ------------------------------------------------------------------------------- */

/*
 * Admission: which connections are kept when there are too many. A client that asks for nothing
 * makes room for a new one: the connection that has been idle, or within the head of a request, for
 * longest. A few places are reserved for requests that need no key, so that a full service can
 * still report its health.
 *
 * Any thread.
 */

typedef struct fc_http_admission_limits {
    int32_t connections_max;
    int32_t per_address_max; /* 0: no limit */
    int32_t reserve;         /* places beyond connections_max, for open routes */
} fc_http_admission_limits;

typedef enum fc_http_admission {
    FC_HTTP_ADMITTED,
    FC_HTTP_ADMITTED_IN_RESERVE,
    FC_HTTP_TOO_MANY,
    FC_HTTP_TOO_MANY_OF_ADDRESS,
} fc_http_admission;

/** The part of an address that counts: all of IPv4, and the first half of IPv6, which belongs to
 * one client. */
void fc_http_address_group(const struct sockaddr *address, uint8_t group[FC_HTTP_GROUP_SIZE]);

/** Whether one more connection may be accepted; another one may be closed for it. The next
 *  fc_http_connection_new is this one. Cost: a look at each connection. */
fc_http_admission fc_http_admit(fc_http_connections *connections,
                                const fc_http_admission_limits *limits,
                                const uint8_t group[FC_HTTP_GROUP_SIZE]);

/** Hang up on the connection that has asked for nothing for longest. False: there is none. */
bool fc_http_shed(fc_http_connections *connections);

/* ---- acceptor -------------------------------------------------------------------------------- */

/** Clients that may be reading at the same time why they were turned away. */
#define FC_HTTP_LINGERING_MAX 16

/** Hand over an accepted socket, for which an fc_http_connection is made soon. The socket is taken
 * over even on failure. */
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

/** Let in those who have connected, and stop: nobody connects to the listener from then on. */
void fc_http_acceptor_stop(fc_http_acceptor *acceptor);
