/**
 * Connections: the open ones, the phase of each, and the deadline of that phase. A thread of its
 * own closes connections that are late: the usual time-out between two bytes does not stop a client
 * that sends one byte now and then.
 *
 * Any thread.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"

typedef enum fc_http_phase {
    FC_HTTP_IDLE,     /* waiting for the first line of a request */
    FC_HTTP_HEAD,     /* within the head of a request; a late client gets 408 */
    FC_HTTP_READING,  /* within its body; the same */
    FC_HTTP_HANDLING, /* our turn: no deadline */
    FC_HTTP_SENDING,
    FC_HTTP_LINGERING, /* refused: it may read why, as long as its place is not needed */
} fc_http_phase;

/** Room for an IPv6 address with its zone as text. */
#define FC_HTTP_PEER_SIZE 64

/** Bytes of the part of an address that counts (http/acceptor.h). */
#define FC_HTTP_GROUP_SIZE 16

/** Address of the other side. */
typedef struct fc_http_peer {
    char text[FC_HTTP_PEER_SIZE];
    uint8_t group[FC_HTTP_GROUP_SIZE];
} fc_http_peer;

struct fc_http_connection {
    fc_http_connection *next;
    fc_http_connection *previous;
    struct fc_http_connections *all;
    int socket;
    char peer[FC_HTTP_PEER_SIZE];
    uint8_t group[FC_HTTP_GROUP_SIZE];
    fc_http_phase phase;
    int64_t since_us;                     /* when the phase began */
    int64_t deadline_us;                  /* INT64_MAX: none */
    unsigned refused;                     /* code that was written past the library, or 0 */
    const fc_http_error_format *contract; /* of the request that is read */
    bool half_closed;                     /* the client sends nothing more, but listens */
    bool served;                          /* it had a request before */
    bool in_reserve;                      /* it is answered on open routes alone */
    bool dropped;                         /* it made room for another one */
};

typedef struct fc_http_connections {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t watcher;
    fc_http_connection *first;
    int32_t count;
    int32_t dropped;  /* of them, those that are hung up on for others and not yet gone */
    uint64_t started; /* all that there ever were */
    bool next_in_reserve;
    int32_t requests; /* between their first line and the end of their answer */
    bool ending;      /* idle connections are not kept */
    bool stopped;     /* the watcher ends */
} fc_http_connections;

/** Start watching. Errors: FC_OUT_OF_MEMORY (no thread). */
FC_MUST_CHECK fc_status fc_http_connections_start(fc_http_connections *connections, fc_error *err);

/** Stop watching; there must be no connection any more. */
void fc_http_connections_stop(fc_http_connections *connections);

/**
 * A new connection, idle for at most `timeout_ms`.
 *
 * socket   stays open until fc_http_connection_free was called
 */
FC_MUST_CHECK fc_status fc_http_connection_new(fc_http_connections *connections, int socket,
                                               const fc_http_peer *peer, int32_t timeout_ms,
                                               fc_http_connection **out, fc_error *err);
void fc_http_connection_free(fc_http_connection *connection);

/** Number of connections ever made; and wait for one more. */
uint64_t fc_http_connections_started(fc_http_connections *connections);
void fc_http_connections_await(fc_http_connections *connections, uint64_t started,
                               int32_t timeout_ms);

/** Close a connection to make room for another one; a client within a head is told so. With the
 * lock held. */
void fc_http_connection_drop(fc_http_connection *connection);

/** A request begins: its HEAD until `timeout_ms` from now, but the first one of a connection until
 *  the connection's own deadline. */
void fc_http_connection_begin(fc_http_connection *connection, int32_t timeout_ms);

/** The next phase. deadline_us: on fc_clock_us; INT64_MAX for none. */
void fc_http_connection_enter(fc_http_connection *connection, fc_http_phase phase,
                              int64_t deadline_us);

/** The request is over: idle for at most `timeout_ms`. */
void fc_http_connection_end(fc_http_connection *connection, int32_t timeout_ms);

/** Set the error format for refusals of this request; NULL: our own. */
void fc_http_connection_set_error_format(fc_http_connection *connection,
                                         const fc_http_error_format *contract);

/** Answer in the middle of a body, where the library cannot, and close. */
void fc_http_connection_refuse(fc_http_connection *connection, unsigned code, const char *detail);

/** The same for a request that its client did not send to its end: 400 for one that still listens,
 *  and 499 for the log, as most have left. */
void fc_http_connection_give_up(fc_http_connection *connection, const char *detail);

/** Whether a request is being read, or its first line, and nothing of its answer was sent. */
bool fc_http_connection_is_read(fc_http_connection *connection);

/** The code that fc_http_connection_refuse, one that gave up, or a deadline left, or 0. */
unsigned fc_http_connection_refused(fc_http_connection *connection);

/** After the answer to a request whose body was not read: let the client read it before its own
 *  bytes are thrown away. Waits up to FC_HTTP_LINGER_MS. */
void fc_http_connection_linger(fc_http_connection *connection);

/** Close idle connections, now and from now on. A client that has just connected still has
 * FC_HTTP_FRESH_MS for its request. */
void fc_http_connections_quiesce(fc_http_connections *connections);

/** Wait until no request and no fresh connection is left. False: the time is over. */
bool fc_http_connections_drain(fc_http_connections *connections, int32_t timeout_ms);

/** Close all connections and wait until their threads have ended. False: the time is over. */
bool fc_http_connections_shut(fc_http_connections *connections, int32_t timeout_ms);
