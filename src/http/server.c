#include "http/server.h"

#include <limits.h>
#include <microhttpd.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/acceptor.h"
#include "http/core.h"
#include "http/exchange.h"
#include "http/headers.h"
#include "http/limits.h"
#include "http/listener.h"
#include "http/status.h"

#if MHD_VERSION < 0x00097500
#error "libmicrohttpd 0.9.75 or newer is needed"
#endif

struct fc_http_server {
    fc_http_core core;
    struct MHD_Daemon *daemon;
    fc_http_acceptor acceptor;
    bool accepting;
    fc_http_shortage threads;
    int listener;
    uint16_t port;
    bool quiesced;
    char *origins;
};

/* ---- what the library has to say ------------------------------------------------------------- */

/* It goes into our log, and where the library is about to answer a request that it cannot read, we
 * answer: 0.9.75 sends two heads for some of them, and none of its answers is JSON. */
#define WILL_ANSWER "Error processing request (HTTP response code is %u"

static _Thread_local fc_http_connection *served_here; /* since its first request had a first line */
static _Thread_local const char *reason;              /* of the answer that will follow */

/* This thread serves a connection; messages name none. */
static void note_served(fc_http_connection *connection)
{
    served_here = connection;
    reason = NULL;
}

/* The library's own answer then finds the connection closed. Where it takes the fault upon itself,
 * its memory is full of what nobody may take out: the head of a chunk, with extensions. */
static void answer_for_library(unsigned code)
{
    if (served_here != NULL && fc_http_connection_is_read(served_here)) {
        if (code == 500) {
            code = 400;
            reason = "a chunk with too long a head";
        }
        const char *plain = code == 400 ? "a malformed request" : fc_http_phrase(code);
        fc_http_connection_refuse(served_here, code, reason != NULL ? reason : plain);
        fc_http_connection_linger(served_here);
    }
}

/* The client has sent all that it will send: it may still listen, and the library hangs up. */
#define INCOMPLETE "closed by remote side with incomplete request"

static void answer_incomplete(void)
{
    if (served_here != NULL && fc_http_connection_is_read(served_here)) {
        fc_http_connection_give_up(served_here, "the request was not sent to its end");
    }
}

/* What the library says before it says that it will answer. */
static const char *reason_of(const char *format)
{
    if (strstr(format, "parse `Content-Length'") != NULL) {
        return "a Content-Length that is not plain digits";
    }
    return strstr(format, "without `Host'") != NULL ? "a request of HTTP/1.1 without Host" : NULL;
}

/* A message. shortage   is told of connections that get no thread */
__attribute__((format(printf, 2, 0))) static void log_message(fc_http_shortage *shortage,
                                                              const char *format, va_list arguments)
{
    FC_ASSERT(shortage != NULL && format != NULL);
    char text[256];
    va_list copy;
    va_copy(copy, arguments);
    (void)vsnprintf(text, sizeof text, format, arguments);
    if (strncmp(format, WILL_ANSWER, strlen(WILL_ANSWER)) == 0) {
        answer_for_library(va_arg(copy, unsigned));
    }
    if (strstr(text, INCOMPLETE) != NULL) {
        answer_incomplete();
    }
    reason = reason_of(format);
    va_end(copy);
    if (strstr(format, "create a") != NULL && strstr(format, "thread") != NULL) {
        /* It closes the connection, and says so nowhere else. */
        fc_http_shortage_note(shortage, "no thread for another connection");
    }
    FC_LOG(FC_LOG_DEBUG, "libmicrohttpd", FC_LOG_TEXT("detail", text));
}

/* ---- answers into the library's hands -------------------------------------------------------- */

/** Bytes of a stream that are asked for at once. */
#define STREAM_PIECE_BYTES 16384

/* A stream on its way: it outlives the handler, but not the exchange's connection. */
typedef struct stream {
    fc_http_exchange *exchange;
    fc_http_stream next;
    void *context;
    void (*release)(void *context);
} stream;

static int64_t deadline_of(const fc_http_exchange *exchange, uint64_t size)
{
    const fc_http_settings *settings = &exchange->core->settings;
    return fc_clock_us() + (int64_t)settings->send_timeout_ms * 1000 +
           (int64_t)(size * 1000000 / (uint64_t)settings->bytes_per_second_min);
}

/* Called when the piece before was sent: a client that does not read never gets here again, and
 * its deadline passes. */
static ssize_t next_piece(void *context, uint64_t position, char *piece, size_t size_max)
{
    const stream *sent = context;
    fc_http_exchange *exchange = sent->exchange;
    (void)position;
    fc_http_connection_enter(exchange->connection, FC_HTTP_HANDLING, INT64_MAX);
    size_t size = 0;
    bool more = true;
    while (more && size == 0) {
        if (fc_http_client_gone(&exchange->request)) {
            return MHD_CONTENT_READER_END_WITH_ERROR;
        }
        size = size_max;
        more = sent->next(sent->context, piece, &size);
        FC_ASSERT(size <= size_max);
    }
    fc_http_connection_enter(exchange->connection, FC_HTTP_SENDING, deadline_of(exchange, size));
    exchange->sent_bytes += size;
    return size > 0 ? (ssize_t)size : MHD_CONTENT_READER_END_OF_STREAM;
}

static void free_stream(void *context)
{
    stream *sent = context;
    if (sent->release != NULL) {
        sent->release(sent->context);
    }
    fc_memory_free(sent);
}

static struct MHD_Response *make_stream(fc_http_exchange *exchange)
{
    fc_http_response *response = &exchange->response;
    void *memory = NULL;
    if (fc_memory_new(1, sizeof(stream), &memory, NULL) != FC_OK) {
        return NULL;
    }
    stream *sent = memory;
    *sent = (stream){ exchange, response->stream, response->stream_context, response->stream_free };
    struct MHD_Response *made = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_PIECE_BYTES, next_piece, sent, free_stream);
    if (made == NULL) {
        fc_memory_free(sent);
        return NULL;
    }
    response->stream_free = NULL; /* done by free_stream from here on */
    return made;
}

/* The block is handed over with what is sent at its start. */
static struct MHD_Response *make_buffer(fc_http_response *response, const fc_http_range *part)
{
    uint8_t *data = response->buffer.data;
    if (part->offset > 0) {
        memmove(data, data + part->offset, (size_t)part->size);
    }
    struct MHD_Response *made = MHD_create_response_from_buffer_with_free_callback(
        (size_t)part->size, data, fc_memory_free);
    if (made != NULL) {
        response->buffer = FC_BUFFER(0);
    }
    return made;
}

static struct MHD_Response *make_constant(const fc_bytes body, const fc_http_range *part)
{
    /* The library takes it without const, but only reads it. */
    void *start = (void *)(uintptr_t)(body.data + part->offset);
    return MHD_create_response_from_buffer((size_t)part->size, start, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *make(fc_http_exchange *exchange)
{
    fc_http_response *response = &exchange->response;
    const fc_http_range *part = &exchange->part;
    static const uint8_t nothing[1];
    switch (response->kind) {
    case FC_HTTP_EMPTY:
        return make_constant((fc_bytes){ nothing, 0 }, &(fc_http_range){ 0, 0 });
    case FC_HTTP_BUFFER:
        return response->buffer.data != NULL
                   ? make_buffer(response, part)
                   : make_constant((fc_bytes){ nothing, 0 }, &(fc_http_range){ 0, 0 });
    case FC_HTTP_CONSTANT:
        return make_constant(response->constant, part);
    case FC_HTTP_DESCRIPTOR: {
        struct MHD_Response *made =
            MHD_create_response_from_fd_at_offset64(part->size, response->descriptor, part->offset);
        response->descriptor = made != NULL ? -1 : response->descriptor;
        return made;
    }
    case FC_HTTP_STREAM:
        return make_stream(exchange);
    }
    return NULL;
}

/* The 503 that says that memory ran out, for any number of connections; NULL without memory. */
static struct MHD_Response *make_no_memory(void)
{
    static const char BODY[] = "{\"detail\":\"memory ran out\"}";
    struct MHD_Response *made = make_constant((fc_bytes){ (const uint8_t *)BODY, sizeof BODY - 1 },
                                              &(fc_http_range){ 0, sizeof BODY - 1 });
    if (made != NULL &&
        (MHD_add_response_header(made, "Content-Type", "application/json") != MHD_YES ||
         MHD_add_response_header(made, "Retry-After", "1") != MHD_YES ||
         MHD_add_response_header(made, "X-Error", fc_status_lookup(FC_OUT_OF_MEMORY)->slug) !=
             MHD_YES ||
         MHD_add_response_header(made, "Connection", "close") != MHD_YES)) {
        MHD_destroy_response(made);
        made = NULL;
    }
    return made;
}

/* The answer with its headers, complete or not at all. */
static struct MHD_Response *make_complete(fc_http_exchange *exchange)
{
    struct MHD_Response *made = make(exchange);
    if (made == NULL) {
        return NULL;
    }
    bool complete = true;
    for (size_t i = 0; i < exchange->response.header_count; i++) {
        const fc_http_response_header *header = &exchange->response.headers[i];
        complete &= header->value[0] == '\0' ||
                    MHD_add_response_header(made, header->name, header->value) == MHD_YES;
    }
    if (exchange->close || atomic_load(&exchange->core->ending)) {
        complete &= MHD_add_response_header(made, "Connection", "close") == MHD_YES;
    }
    if (!complete) {
        MHD_destroy_response(made);
        made = NULL;
    }
    return made;
}

/* Queue the answer of an exchange, whose body is taken over. Where there is no memory for it, the
 * answer of make_no_memory goes out instead. False: there is none even for that. */
static bool send_answer(fc_http_exchange *exchange, struct MHD_Connection *connection)
{
    FC_ASSERT(exchange != NULL && connection != NULL);
    FC_ASSERT(exchange->answered);
    struct MHD_Response *made = make_complete(exchange);
    fc_http_connection_enter(exchange->connection, FC_HTTP_SENDING,
                             deadline_of(exchange, exchange->part.size));
    bool queued = false;
    if (made != NULL) {
        queued = MHD_queue_response(connection, exchange->response.code, made) == MHD_YES;
        MHD_destroy_response(made); /* our share of it */
    }
    if (!queued) {
        exchange->response.code = MHD_HTTP_SERVICE_UNAVAILABLE;
        queued = MHD_queue_response(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                                    exchange->core->no_memory) == MHD_YES;
    }
    return queued;
}

/* ---- what the library calls ------------------------------------------------------------------ */

static fc_http_connection *connection_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void read_peer(struct MHD_Connection *connection, fc_http_peer *peer)
{
    *peer = (fc_http_peer){ 0 };
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info != NULL && info->client_addr != NULL) {
        const socklen_t size = info->client_addr->sa_family == AF_INET6
                                   ? (socklen_t)sizeof(struct sockaddr_in6)
                                   : (socklen_t)sizeof(struct sockaddr_in);
        fc_http_address_group(info->client_addr, peer->group);
        (void)getnameinfo(info->client_addr, size, peer->text, sizeof peer->text, NULL, 0,
                          NI_NUMERICHOST);
    }
}

static void open_connection(fc_http_server *server, struct MHD_Connection *connection,
                            void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == NULL) { /* nothing is known of it: its requests are refused, without a deadline */
        return;
    }
    const int socket = info->connect_fd; /* the next question overwrites the answer */
    fc_http_peer peer;
    read_peer(connection, &peer);
    fc_http_connection *made = NULL;
    const fc_status status =
        fc_http_connection_new(&server->core.connections, socket, &peer,
                               server->core.settings.header_timeout_ms, &made, NULL);
    if (status != FC_OK) { /* without a deadline it must not stay */
        (void)shutdown(socket, SHUT_RDWR);
    }
    *context = made;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        open_connection(context, connection, socket_context);
    } else if (*socket_context != NULL) {
        fc_http_connection_free(*socket_context);
        *socket_context = NULL;
    }
}

/* The first line of a request is there. What is returned comes back as the request's context. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    fc_http_server *server = context;
    fc_http_connection *found = connection_of(connection);
    fc_http_exchange *exchange = NULL;
    note_served(found);
    if (found == NULL ||
        fc_http_exchange_new(&server->core, found, target, &exchange, NULL) != FC_OK) {
        return NULL;
    }
    exchange->target_end = target + strlen(target);
    return exchange;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    const bool hidden = strlen(name) != name_size ||
                        (value != NULL && strlen(value) != value_size); /* a zero byte */
    fc_http_exchange_add_header(context, hidden ? "" : name, value);
    return MHD_YES;
}

/* Decoding is ours (http/urlencoded.h): the library must leave targets as they are. */
static size_t leave_encoded(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* The library that needs it; all others have headers elsewhere than in one buffer. */
static bool hides_zero_bytes(void)
{
    return strncmp(MHD_get_version(), "0.9.75", 6) == 0;
}

static bool is_plain(struct MHD_Connection *connection, const fc_http_exchange *exchange,
                     const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const fc_http_raw_head head = {
        .start = method,
        .size = info != NULL ? info->header_size : 0,
        .target_end = exchange->target_end,
        .version = version,
        .headers = { exchange->headers, exchange->header_count },
    };
    return !hides_zero_bytes() || exchange->headers_overflow || fc_http_raw_head_is_plain(&head);
}

static void begin(struct MHD_Connection *connection, fc_http_exchange *exchange, const char *method,
                  const char *version)
{
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, exchange);
    exchange->hidden = !is_plain(connection, exchange, method, version);
    exchange->interim = strcmp(version, "HTTP/1.1") == 0;
    fc_http_exchange_trim_headers(exchange);
    fc_http_exchange_begin(exchange, method);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *target, const char *method, const char *version,
                                  const char *data, size_t *data_size, void **request_context)
{
    (void)target;
    const fc_http_server *server = context;
    fc_http_exchange *exchange = *request_context;
    if (exchange == NULL) { /* there was no memory for it */
        return MHD_queue_response(connection, MHD_HTTP_SERVICE_UNAVAILABLE, server->core.no_memory);
    }
    if (!exchange->begun) {
        begin(connection, exchange, method, version);
        if (!exchange->answered) {
            return MHD_YES;
        }
    } else if (*data_size > 0) {
        const fc_bytes piece = { (const uint8_t *)data, *data_size };
        *data_size = 0;
        return fc_http_exchange_feed(exchange, piece) ? MHD_YES : MHD_NO;
    } else if (!fc_http_exchange_finish(exchange)) {
        return MHD_NO;
    }
    return send_answer(exchange, connection) ? MHD_YES : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    if (*request_context != NULL) {
        fc_http_exchange_free(*request_context, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
        *request_context = NULL;
    }
}

__attribute__((format(printf, 2, 0))) static void on_message(void *context, const char *format,
                                                             va_list arguments)
{
    fc_http_server *server = context;
    log_message(&server->threads, format, arguments);
}

/* ---- start and end --------------------------------------------------------------------------- */

fc_http_settings fc_http_settings_default(void)
{
    return (fc_http_settings){
        .host = "127.0.0.1",
        .connections_max = 512,
        .connections_per_address_max = 64,
        .idle_timeout_ms = 15000,
        .header_timeout_ms = 10000,
        .body_timeout_ms = 30000,
        .send_timeout_ms = 30000,
        .bytes_per_second_min = 16384,
        .file_bytes_max = (size_t)20 << 20,
        .batch_bytes_max = (size_t)200 << 20,
        .batch_files_max = 50,
        .bodies_bytes_max = (size_t)1 << 30,
        .cors_origins = "*",
        .api_keys = "",
    };
}

/*
 * A thread for each connection, and nothing is ever suspended: handlers may wait, and no connection
 * can keep another from being served.
 */
static fc_status start_daemon(fc_http_server *server, fc_error *err)
{
    const unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                           MHD_USE_POLL | MHD_USE_ITC | MHD_USE_ERROR_LOG |
                           MHD_USE_NO_LISTEN_SOCKET;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server,       /**/
        MHD_OPTION_EXTERNAL_LOGGER, on_message, server, /* first, so that it hears of the others */
        MHD_OPTION_CONNECTION_LIMIT, UINT_MAX,          /* admission is ours */
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, FC_HTTP_CONNECTION_BYTES, /**/
        MHD_OPTION_THREAD_STACK_SIZE, FC_HTTP_STACK_BYTES,            /**/
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,          /**/
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server,               /**/
        MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL,            /**/
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,            /**/
#if MHD_VERSION >= 0x00097701
        MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, /**/
#else
        MHD_OPTION_STRICT_FOR_CLIENT, 1, /**/
#endif
        MHD_OPTION_END);
    if (server->daemon == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "the server's thread could not be started");
    }
    return FC_OK;
}

static bool take(void *context, int socket, const struct sockaddr *address, socklen_t address_size)
{
    fc_http_server *server = context;
    return MHD_add_connection(server->daemon, socket, address, address_size) == MHD_YES;
}

static fc_status start_accepting(fc_http_server *server, fc_error *err)
{
    const fc_http_settings *settings = &server->core.settings;
    server->acceptor = (fc_http_acceptor){
        .listener = server->listener,
        .connections = &server->core.connections,
        .limits = { .connections_max = settings->connections_max,
                    .per_address_max = settings->connections_per_address_max,
                    .reserve = FC_HTTP_CONNECTIONS_RESERVE },
        .take = take,
        .context = server,
    };
    FC_TRY(fc_http_acceptor_start(&server->acceptor, err));
    server->accepting = true;
    return FC_OK;
}

fc_status fc_http_server_new(const fc_http_settings *settings, fc_http_routes routes, void *context,
                             fc_http_server **out, fc_error *err)
{
    FC_ASSERT(settings != NULL && out != NULL);
    FC_ASSERT(settings->bytes_per_second_min > 0);
    fc_http_keys keys = { .count = 0 };
    FC_TRY(fc_http_keys_parse(settings->api_keys, &keys, err));

    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_server), &memory, err));
    fc_http_server *server = memory;
    server->listener = -1;
    server->core.settings = *settings;
    server->core.routes = routes;
    server->core.context = context;
    server->core.keys = keys;
    (void)pthread_rwlock_init(&server->core.keys_lock, NULL);
    const fc_status status = fc_http_connections_start(&server->core.connections, err);
    if (status != FC_OK) {
        (void)pthread_rwlock_destroy(&server->core.keys_lock);
        fc_memory_free(server);
        return status;
    }
    FC_AUTO(fc_http_server) made = server;
    made->core.no_memory = make_no_memory();
    if (made->core.no_memory == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for the answers");
    }
    FC_TRY(fc_text_copy(settings->cors_origins, &made->origins, err));
    made->core.settings.cors_origins = made->origins;
    made->core.settings.api_keys = ""; /* only their hashes are kept */
    FC_TRY(fc_http_listen(settings->host, settings->port, &made->listener, err));
    made->core.settings.host = "";
    made->port = fc_http_listen_port(made->listener);
    (void)signal(SIGPIPE, SIG_IGN);
    FC_TRY(start_daemon(made, err));
    FC_TRY(start_accepting(made, err));
    *out = FC_STEAL(made);
    return FC_OK;
}

uint16_t fc_http_server_port(const fc_http_server *server)
{
    FC_ASSERT(server != NULL);
    return server->port;
}

const char *fc_http_library(void)
{
    return MHD_get_version();
}

fc_http_load fc_http_server_load(fc_http_server *server)
{
    FC_ASSERT(server != NULL);
    fc_http_connections *connections = &server->core.connections;
    (void)pthread_mutex_lock(&connections->lock);
    const fc_http_load load = { .connections = connections->count,
                                .requests = connections->requests,
                                .body_bytes = atomic_load(&server->core.body_bytes) };
    (void)pthread_mutex_unlock(&connections->lock);
    return load;
}

fc_status fc_http_server_set_keys(fc_http_server *server, const char *api_keys, fc_error *err)
{
    FC_ASSERT(server != NULL && api_keys != NULL);
    fc_http_keys keys = { .count = 0 };
    FC_TRY(fc_http_keys_parse(api_keys, &keys, err));
    (void)pthread_rwlock_wrlock(&server->core.keys_lock);
    server->core.keys = keys;
    (void)pthread_rwlock_unlock(&server->core.keys_lock);
    return FC_OK;
}

void fc_http_server_quiesce(fc_http_server *server)
{
    FC_ASSERT(server != NULL);
    if (server->quiesced) {
        return;
    }
    server->quiesced = true;
    atomic_store(&server->core.ending, true);
    if (server->accepting) {
        fc_http_listen_settle(server->listener, FC_HTTP_FRESH_MS);
        fc_http_acceptor_stop(&server->acceptor); /* nobody can connect */
    }
    fc_http_connections_quiesce(&server->core.connections);
}

bool fc_http_server_drain(fc_http_server *server, int32_t timeout_ms)
{
    FC_ASSERT(server != NULL && server->quiesced);
    return fc_http_connections_drain(&server->core.connections, timeout_ms);
}

void fc_http_server_free(fc_http_server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->daemon != NULL) {
        fc_http_server_quiesce(server);
        /* The library (0.9.75) crashes when it is stopped while it refuses a request by
         * itself: it goes on as if its answer had been queued. */
        (void)fc_http_connections_shut(&server->core.connections, FC_HTTP_LEAVE_MS);
        MHD_stop_daemon(server->daemon);
    }
    if (server->listener >= 0) {
        (void)close(server->listener);
    }
    if (server->core.no_memory != NULL) {
        MHD_destroy_response(server->core.no_memory);
    }
    fc_http_connections_stop(&server->core.connections);
    (void)pthread_rwlock_destroy(&server->core.keys_lock);
    fc_memory_free(server->origins);
    fc_memory_free(server);
}
