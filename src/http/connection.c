#define _GNU_SOURCE /* POLLRDHUP */
#include "http/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/limits.h"
#include "http/response.h"
#include "http/status.h"

/** How exactly deadlines are kept. */
#define WATCH_INTERVAL_MS 50

static int64_t after_ms(int32_t timeout_ms)
{
    return fc_clock_us() + (int64_t)timeout_ms * 1000;
}

/* CLOCK_MONOTONIC, as the condition variable was told to use. */
static struct timespec moment(int64_t time_us)
{
    return (struct timespec){ .tv_sec = (time_t)(time_us / 1000000),
                              .tv_nsec = (long)(time_us % 1000000 * 1000) };
}

static void hang_up(const fc_http_connection *connection)
{
    (void)shutdown(connection->socket, SHUT_RDWR);
}

/* The words of the contract; when memory runs out, the code must do. */
static void write_body(const fc_http_error_format *contract, unsigned *code, const char *detail,
                       char body[256])
{
    const bool busy = *code == 503; /* in the middle of a body, nothing else makes one */
    json_t *value = contract != NULL ? contract->refusal(code, busy, detail)
                                     : json_pack("{s:s}", "detail", detail);
    const size_t size = value == NULL ? 0 : json_dumpb(value, body, 255, JSON_COMPACT);
    body[size <= 255 ? size : 0] = '\0';
    json_decref(value);
}

/* The library cannot answer in the middle of a body. Nothing else was sent for this request, so a
 * few bytes fit into the socket's buffer. With the lock held. */
static void write_refusal(fc_http_connection *connection, unsigned code, const char *detail)
{
    char body[256];
    write_body(connection->contract, &code, detail, body);
    char text[768];
    const int length =
        snprintf(text, sizeof text,
                 "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: application/json\r\n"
                 "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%s"
                 "Content-Length: %zu\r\n\r\n%s",
                 code, fc_http_phrase(code), code == 503 || code == 429 ? "Retry-After: 1\r\n" : "",
                 strlen(body), body);
    FC_ASSERT(length > 0 && (size_t)length < sizeof text);
    const ssize_t sent =
        send(connection->socket, text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* whoever does not read it goes without */
    connection->refused = code;
}

static void check_deadline(fc_http_connection *connection, int64_t now_us)
{
    if (now_us < connection->deadline_us) {
        return;
    }
    connection->deadline_us = INT64_MAX;
    if (connection->phase == FC_HTTP_HEAD || connection->phase == FC_HTTP_READING) {
        write_refusal(connection, 408, "the request came too slowly");
    }
    hang_up(connection);
}

static void *watch(void *context)
{
    fc_http_connections *connections = context;
    (void)pthread_mutex_lock(&connections->lock);
    while (!connections->stopped) {
        const int64_t now_us = fc_clock_us();
        for (fc_http_connection *at = connections->first; at != NULL; at = at->next) {
            check_deadline(at, now_us);
        }
        if (connections->first == NULL) {
            (void)pthread_cond_wait(&connections->changed, &connections->lock);
        } else {
            const struct timespec until = moment(now_us + WATCH_INTERVAL_MS * 1000);
            (void)pthread_cond_timedwait(&connections->changed, &connections->lock, &until);
        }
    }
    (void)pthread_mutex_unlock(&connections->lock);
    return NULL;
}

fc_status fc_http_connections_start(fc_http_connections *connections, fc_error *err)
{
    FC_ASSERT(connections != NULL);
    *connections = (fc_http_connections){ 0 };
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&connections->lock, NULL);
    (void)pthread_cond_init(&connections->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (pthread_create(&connections->watcher, NULL, watch, connections) != 0) {
        (void)pthread_cond_destroy(&connections->changed);
        (void)pthread_mutex_destroy(&connections->lock);
        return fc_fail(err, FC_OUT_OF_MEMORY, "no thread could be started");
    }
    return FC_OK;
}

void fc_http_connections_stop(fc_http_connections *connections)
{
    FC_ASSERT(connections->first == NULL);
    (void)pthread_mutex_lock(&connections->lock);
    connections->stopped = true;
    (void)pthread_cond_broadcast(&connections->changed);
    (void)pthread_mutex_unlock(&connections->lock);
    (void)pthread_join(connections->watcher, NULL);
    (void)pthread_cond_destroy(&connections->changed);
    (void)pthread_mutex_destroy(&connections->lock);
}

uint64_t fc_http_connections_started(fc_http_connections *connections)
{
    FC_ASSERT(connections != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    const uint64_t started = connections->started;
    (void)pthread_mutex_unlock(&connections->lock);
    return started;
}

void fc_http_connections_await(fc_http_connections *connections, uint64_t started,
                               int32_t timeout_ms)
{
    FC_ASSERT(connections != NULL);
    const struct timespec until = moment(after_ms(timeout_ms));
    int outcome = 0;
    (void)pthread_mutex_lock(&connections->lock);
    while (connections->started == started && outcome != ETIMEDOUT) {
        outcome = pthread_cond_timedwait(&connections->changed, &connections->lock, &until);
    }
    (void)pthread_mutex_unlock(&connections->lock);
}

void fc_http_connection_drop(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL && !connection->dropped);
    if (connection->phase == FC_HTTP_HEAD) {
        write_refusal(connection, 503, "too many connections");
    }
    connection->dropped = true;
    connection->all->dropped++;
    hang_up(connection);
}

fc_status fc_http_connection_new(fc_http_connections *connections, int socket,
                                 const fc_http_peer *peer, int32_t timeout_ms,
                                 fc_http_connection **out, fc_error *err)
{
    FC_ASSERT(connections != NULL && out != NULL);
    FC_ASSERT(peer != NULL);
    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_connection), &memory, err));
    fc_http_connection *connection = memory;
    connection->all = connections;
    connection->socket = socket;
    connection->since_us = fc_clock_us();
    connection->deadline_us = after_ms(timeout_ms);
    memcpy(connection->peer, peer->text, sizeof connection->peer);
    memcpy(connection->group, peer->group, sizeof connection->group);

    (void)pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    if (connections->first != NULL) {
        connections->first->previous = connection;
    }
    connections->first = connection;
    connections->count++;
    connections->started++;
    connection->in_reserve = connections->next_in_reserve;
    (void)pthread_cond_broadcast(&connections->changed);
    (void)pthread_mutex_unlock(&connections->lock);
    *out = connection;
    return FC_OK;
}

void fc_http_connection_free(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    fc_http_connections *connections = connection->all;
    (void)pthread_mutex_lock(&connections->lock);
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        connections->first = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    connections->count--;
    connections->dropped -= connection->dropped ? 1 : 0;
    (void)pthread_cond_broadcast(&connections->changed);
    (void)pthread_mutex_unlock(&connections->lock);
    fc_memory_free(connection);
}

static void set_phase(fc_http_connection *connection, fc_http_phase phase)
{
    connection->phase = phase;
    connection->since_us = fc_clock_us();
}

void fc_http_connection_begin(fc_http_connection *connection, int32_t timeout_ms)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    set_phase(connection, FC_HTTP_HEAD);
    connection->contract = NULL;
    connection->deadline_us = connection->served ? after_ms(timeout_ms) : connection->deadline_us;
    connection->served = true;
    connection->all->requests++;
    (void)pthread_mutex_unlock(&connection->all->lock);
}

void fc_http_connection_enter(fc_http_connection *connection, fc_http_phase phase,
                              int64_t deadline_us)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    set_phase(connection, phase);
    connection->deadline_us = deadline_us;
    (void)pthread_mutex_unlock(&connection->all->lock);
}

void fc_http_connection_end(fc_http_connection *connection, int32_t timeout_ms)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    set_phase(connection, FC_HTTP_IDLE);
    connection->deadline_us = after_ms(timeout_ms);
    connection->all->requests--;
    if (connection->all->ending) {
        hang_up(connection);
    }
    (void)pthread_cond_broadcast(&connection->all->changed);
    (void)pthread_mutex_unlock(&connection->all->lock);
}

void fc_http_connection_set_error_format(fc_http_connection *connection,
                                         const fc_http_error_format *contract)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    connection->contract = contract;
    (void)pthread_mutex_unlock(&connection->all->lock);
}

/* logged   the code that the log has */
static void answer_and_close(fc_http_connection *connection, unsigned code, unsigned logged,
                             const char *detail)
{
    FC_ASSERT(connection != NULL && detail != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    if (connection->refused == 0) {
        write_refusal(connection, code, detail);
        connection->refused = logged;
    }
    connection->deadline_us = INT64_MAX;
    (void)pthread_mutex_unlock(&connection->all->lock);
}

void fc_http_connection_refuse(fc_http_connection *connection, unsigned code, const char *detail)
{
    answer_and_close(connection, code, code, detail);
}

void fc_http_connection_give_up(fc_http_connection *connection, const char *detail)
{
    answer_and_close(connection, 400, 499, detail);
}

bool fc_http_connection_is_read(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    const bool is_read = connection->phase == FC_HTTP_HEAD ||
                         connection->phase == FC_HTTP_READING || connection->phase == FC_HTTP_IDLE;
    (void)pthread_mutex_unlock(&connection->all->lock);
    return is_read;
}

unsigned fc_http_connection_refused(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    (void)pthread_mutex_lock(&connection->all->lock);
    const unsigned code = connection->refused;
    (void)pthread_mutex_unlock(&connection->all->lock);
    return code;
}

void fc_http_connection_linger(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    fc_http_connection_enter(connection, FC_HTTP_LINGERING, INT64_MAX);
    (void)shutdown(connection->socket, SHUT_WR);
    const int64_t until_us = after_ms(FC_HTTP_LINGER_MS);
    size_t discarded = 0;
    while (discarded < FC_HTTP_LINGER_BYTES_MAX) {
        const int64_t left_ms = (until_us - fc_clock_us()) / 1000;
        struct pollfd poll_one = { .fd = connection->socket, .events = POLLIN };
        if (left_ms <= 0 || poll(&poll_one, 1, (int)left_ms) <= 0) {
            return;
        }
        char waste[16384];
        const ssize_t got = recv(connection->socket, waste, sizeof waste, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            return;
        }
        discarded += got > 0 ? (size_t)got : 0;
    }
}

/* Just connected: its request is on the way. */
static bool is_fresh(const fc_http_connection *connection)
{
    return connection->phase == FC_HTTP_IDLE && !connection->served &&
           connection->deadline_us != INT64_MAX;
}

void fc_http_connections_quiesce(fc_http_connections *connections)
{
    FC_ASSERT(connections != NULL);
    (void)pthread_mutex_lock(&connections->lock);
    connections->ending = true;
    const int64_t until_us = after_ms(FC_HTTP_FRESH_MS);
    for (fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        if (is_fresh(at)) {
            at->deadline_us = at->deadline_us < until_us ? at->deadline_us : until_us;
        } else if (at->phase == FC_HTTP_IDLE) {
            hang_up(at);
        }
    }
    (void)pthread_mutex_unlock(&connections->lock);
}

static bool is_busy(const fc_http_connections *connections)
{
    bool fresh = false;
    for (const fc_http_connection *at = connections->first; at != NULL && !fresh; at = at->next) {
        fresh = is_fresh(at);
    }
    return fresh || connections->requests > 0;
}

bool fc_http_connections_drain(fc_http_connections *connections, int32_t timeout_ms)
{
    FC_ASSERT(connections != NULL);
    const struct timespec until = moment(after_ms(timeout_ms));
    (void)pthread_mutex_lock(&connections->lock);
    int outcome = 0;
    while (is_busy(connections) && outcome != ETIMEDOUT) {
        outcome = pthread_cond_timedwait(&connections->changed, &connections->lock, &until);
    }
    const bool drained = connections->requests == 0;
    (void)pthread_mutex_unlock(&connections->lock);
    return drained;
}

bool fc_http_connections_shut(fc_http_connections *connections, int32_t timeout_ms)
{
    FC_ASSERT(connections != NULL);
    const struct timespec until = moment(after_ms(timeout_ms));
    (void)pthread_mutex_lock(&connections->lock);
    for (fc_http_connection *at = connections->first; at != NULL; at = at->next) {
        hang_up(at);
    }
    int outcome = 0;
    while (connections->count > 0 && outcome != ETIMEDOUT) {
        outcome = pthread_cond_timedwait(&connections->changed, &connections->lock, &until);
    }
    const bool gone = connections->count == 0;
    (void)pthread_mutex_unlock(&connections->lock);
    return gone;
}
