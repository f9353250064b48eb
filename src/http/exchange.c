#define _GNU_SOURCE /* POLLRDHUP */
#include "http/exchange.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "http/cors.h"
#include "http/response.h"
#include "http/status.h"
#include "http/urlencoded.h"

/* The answer is known: make it fit the request. */
static void settle(fc_http_exchange *exchange)
{
    exchange->answered = true;
    fc_http_response_finalize(&exchange->request, &exchange->response, &exchange->part);
    fc_http_cors_answer(exchange->core->settings.cors_origins,
                        fc_http_header(&exchange->request, "Origin"), &exchange->response);
}

/* Refuse before the body was read; the client may go on sending it. */
static void refuse(fc_http_exchange *exchange, unsigned code, const char *detail)
{
    FC_ASSERT(exchange != NULL && detail != NULL);
    fc_http_refuse(&exchange->response, code, "%s", detail);
    exchange->body_unread = exchange->framing.has_body;
    exchange->close |= exchange->body_unread;
    settle(exchange);
}

/* ---- log ------------------------------------------------------------------------------------- */

static void log_failure(const fc_http_exchange *exchange, const fc_error *err)
{
    FC_ASSERT(exchange != NULL && err != NULL);
    const fc_log_level level = err->status == FC_IO || err->status == FC_OUT_OF_MEMORY ||
                                       err->status == FC_MODEL_UNAVAILABLE
                                   ? FC_LOG_ERROR
                                   : FC_LOG_DEBUG;
    FC_LOG(level, "failure", FC_LOG_TEXT("request_id", exchange->request.id),
           FC_LOG_TEXT("route", exchange->match.route->name),
           FC_LOG_TEXT("error", fc_status_lookup(err->status)->slug),
           FC_LOG_TEXT("detail", err->text));
}

/* What the client got: of the handler, of a deadline, or of nobody. */
static unsigned code_of(const fc_http_exchange *exchange, bool completed)
{
    const unsigned refused = fc_http_connection_refused(exchange->connection);
    if (refused != 0) {
        return refused;
    }
    if (!exchange->begun) {
        return 400; /* the library answered by itself: it could not read the headers */
    }
    return completed && exchange->answered ? exchange->response.code : 499;
}

static void log_exchange(const fc_http_exchange *exchange, bool completed)
{
    FC_ASSERT(exchange != NULL);
    const fc_http_settings *settings = &exchange->core->settings;
    const fc_http_request *request = &exchange->request;
    const fc_http_event event = {
        .route = exchange->match.route,
        .code = code_of(exchange, completed),
        .duration_us = fc_clock_us() - request->received_us,
        .request_bytes = exchange->body_bytes,
        .response_bytes =
            exchange->response.kind == FC_HTTP_STREAM ? exchange->sent_bytes : exchange->part.size,
    };
    const char *trace = fc_http_header(request, "traceparent");
    FC_LOG(FC_LOG_INFO, "request", FC_LOG_TEXT("request_id", request->id),
           FC_LOG_TEXT("method", exchange->method),
           FC_LOG_TEXT("route", event.route != NULL ? event.route->name : ""),
           FC_LOG_NUMBER("status", event.code), FC_LOG_NUMBER("ms", event.duration_us / 1000),
           FC_LOG_NUMBER("bytes_in", (int64_t)event.request_bytes),
           FC_LOG_NUMBER("bytes_out", (int64_t)event.response_bytes),
           FC_LOG_TEXT("peer", request->peer), FC_LOG_TEXT("key", request->key_name),
           FC_LOG_TEXT("traceparent", trace != NULL ? trace : ""));
    if (settings->observe != NULL) {
        settings->observe(exchange->core->context, &event);
    }
    if (settings->active != NULL && exchange->begun) {
        settings->active(exchange->core->context, -1);
    }
}

/* ---- limits of the body ---------------------------------------------------------------------- */

static bool may_hold_base64(const char *type)
{
    return type != NULL && (strncasecmp(type, "application/json", 16) == 0 ||
                            strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0);
}

static fc_http_body_limits limits_of(const fc_http_exchange *exchange)
{
    const fc_http_settings *settings = &exchange->core->settings;
    const fc_http_body_limit body = exchange->match.route->body;
    const bool many = body == FC_HTTP_MANY_PHOTOS;
    const bool few = body == FC_HTTP_FEW_PHOTOS;
    if (body == FC_HTTP_FIELDS) {
        return (fc_http_body_limits){ .bytes_max = FC_HTTP_BODY_OVERHEAD };
    }
    const char *type = fc_http_header(&exchange->request, "Content-Type");
    size_t bytes_max = many  ? settings->batch_bytes_max
                       : few ? 2 * settings->file_bytes_max
                             : settings->file_bytes_max;
    if (may_hold_base64(type)) {
        bytes_max += bytes_max * 2 / 5; /* base64: 4/3, and some of it as %2B and the like */
    }
    return (fc_http_body_limits){ .bytes_max = bytes_max + FC_HTTP_BODY_OVERHEAD,
                                  .file_bytes_max = settings->file_bytes_max,
                                  .files_max = many  ? settings->batch_files_max
                                               : few ? FC_HTTP_FEW_FILES_MAX
                                                     : 1 };
}

/* ---- memory of the body ---------------------------------------------------------------------- */

/* Take so much memory in all, or give back what is more. False: there is no room. */
static bool charge(fc_http_exchange *exchange, size_t memory)
{
    const fc_http_settings *settings = &exchange->core->settings;
    void *context = exchange->core->context;
    const size_t wanted = memory > FC_HTTP_BODY_FREE ? memory - FC_HTTP_BODY_FREE : 0;
    const size_t own = exchange->charged;
    if (wanted > own) {
        if (settings->charge != NULL && !settings->charge(context, wanted - own, own)) {
            return false;
        }
        atomic_fetch_add(&exchange->core->body_bytes, wanted - own);
    } else if (wanted < own) {
        if (settings->discharge != NULL) {
            settings->discharge(context, own - wanted);
        }
        atomic_fetch_sub(&exchange->core->body_bytes, own - wanted);
    }
    exchange->charged = wanted;
    return true;
}

/* The body was released: so is its memory for others. */
static void discharge(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL);
    const bool charged = charge(exchange, 0);
    FC_ASSERT(charged);
}

/* Whether the memory could ever be had. */
static bool is_too_much(const fc_http_exchange *exchange, size_t memory)
{
    return memory > exchange->core->settings.bodies_bytes_max;
}

fc_buffer fc_http_file_take(const fc_http_request *request, const fc_http_file *file)
{
    FC_ASSERT(request != NULL && file != NULL);
    fc_http_exchange *exchange = request->exchange;
    if (exchange == NULL || exchange->body == NULL) {
        return FC_BUFFER(0);
    }
    const fc_buffer taken = fc_http_body_take(exchange->body, file);
    const bool charged = charge(exchange, fc_http_body_memory(exchange->body, 0));
    FC_ASSERT(charged); /* it became less */
    return taken;
}

/* ---- the body as it comes -------------------------------------------------------------------- */

/* What comes earns time at the slowest rate that is accepted, but never more than a body without a
 * size has: who has sent much may not rest for as long on the memory that it takes. */
static void earn_time(fc_http_exchange *exchange, size_t bytes)
{
    const fc_http_settings *settings = &exchange->core->settings;
    const int64_t earned_us = (int64_t)(bytes * 1000000 / (size_t)settings->bytes_per_second_min);
    const int64_t latest_us = fc_clock_us() + (int64_t)settings->body_timeout_ms * 1000;
    const int64_t until_us = exchange->body_until_us + earned_us;
    exchange->body_until_us = until_us < latest_us ? until_us : latest_us;
    fc_http_connection_enter(exchange->connection, FC_HTTP_READING, exchange->body_until_us);
}

/* The head says how large the body will be; its memory is taken only as it comes, so that nobody
 * gets it for a promise. */
static bool check_room(fc_http_exchange *exchange)
{
    const size_t length = (size_t)exchange->framing.length;
    const size_t memory = fc_http_body_memory(exchange->body, length);
    if (is_too_much(exchange, memory)) {
        refuse(exchange, 413, "the body takes more memory than uploads may");
        return false;
    }
    const bool has_room = charge(exchange, memory);
    discharge(exchange);
    if (!has_room) {
        fc_http_set_header(&exchange->response, "Retry-After", "1");
        refuse(exchange, 503, "too many uploads at the same time");
    }
    return has_room;
}

static void accept_body(fc_http_exchange *exchange)
{
    const char *type = fc_http_header(&exchange->request, "Content-Type");
    exchange->body_limits = limits_of(exchange);
    if (exchange->framing.length > exchange->body_limits.bytes_max) {
        refuse(exchange, 413, "the body is too large");
        return;
    }
    fc_error err = { 0 };
    const fc_status status = fc_http_body_new(type, &exchange->body_limits, &exchange->body, &err);
    if (status != FC_OK) {
        refuse(exchange, fc_http_body_code(status), err.text);
        return;
    }
    if (check_room(exchange)) {
        exchange->body_until_us = INT64_MAX / 2;
        earn_time(exchange, 0);
    }
}

/* All that can be said about a body before it is there; afterwards the exchange may be answered. */
static void begin_body(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL && exchange->match.route != NULL);
    const char *encoding = fc_http_header(&exchange->request, "Content-Encoding");
    if (exchange->match.route->body == FC_HTTP_NO_BODY) {
        refuse(exchange, 400, "this route takes no body");
    } else if (encoding != NULL && strcasecmp(encoding, "identity") != 0) {
        refuse(exchange, 415, "a body with a Content-Encoding");
    } else {
        accept_body(exchange);
    }
}

/* In the middle of the body the library cannot answer. */
static bool hang_up(fc_http_exchange *exchange, unsigned code, const char *detail)
{
    fc_http_connection_refuse(exchange->connection, code, detail);
    fc_http_connection_linger(exchange->connection);
    return false;
}

bool fc_http_exchange_feed(fc_http_exchange *exchange, fc_bytes piece)
{
    FC_ASSERT(exchange != NULL && exchange->begun);
    if (exchange->answered || exchange->body == NULL) {
        return true; /* refused already: thrown away */
    }
    exchange->body_bytes += piece.size;
    if (exchange->body_bytes > exchange->body_limits.bytes_max) {
        return hang_up(exchange, 413, "the body is too large");
    }
    earn_time(exchange, piece.size);
    if (exchange->body_error.status != FC_OK) {
        return true; /* read to its end, so that the answer finds the client listening */
    }
    const size_t memory = fc_http_body_memory(exchange->body, piece.size);
    if (is_too_much(exchange, memory)) {
        return hang_up(exchange, 413, "the body takes more memory than uploads may");
    }
    if (!charge(exchange, memory)) {
        return hang_up(exchange, 503, "too many uploads at the same time");
    }
    const fc_status status = fc_http_body_feed(exchange->body, piece, &exchange->body_error);
    FC_ASSERT(status == exchange->body_error.status);
    return true;
}

/* The body is there: fill in fields and files of the request. */
static fc_status end_body(fc_http_exchange *exchange, fc_error *err)
{
    FC_ASSERT(exchange != NULL);
    if (exchange->body == NULL) {
        return FC_OK;
    }
    if (exchange->body_error.status != FC_OK) {
        *err = exchange->body_error;
        return err->status;
    }
    FC_TRY(fc_http_body_end(exchange->body, err));
    const bool charged = charge(exchange, fc_http_body_memory(exchange->body, 0));
    FC_ASSERT(charged); /* it became less */
    const fc_http_content *content = fc_http_body_content(exchange->body);
    exchange->request.fields = (fc_http_pairs){ content->fields, content->field_count };
    exchange->request.files = content->files;
    exchange->request.file_count = content->file_count;
    return FC_OK;
}

/* ---- whether the client is gone -------------------------------------------------------------- */

/* Whether a client is still there. One that has sent all it will send and waits for its answer has
 * closed its half of the connection; one that has left has closed both. The difference is seen when
 * something is sent to it: the other side of a closed connection resets it. */

static short look_at(int socket)
{
    struct pollfd poll_one = { .fd = socket, .events = POLLRDHUP };
    return poll(&poll_one, 1, 0) > 0 ? poll_one.revents : 0;
}

/* The request is there; whoever has closed its half by now has done so to say that. */
static void note_half(fc_http_connection *connection)
{
    FC_ASSERT(connection != NULL);
    connection->half_closed = (look_at(connection->socket) & POLLRDHUP) != 0;
}

/* An answer that says nothing, before the answer; every client of HTTP/1.1 passes it over. False:
 * it cannot be sent. */
static bool probe(const fc_http_request *request)
{
    static const char NOTHING[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const fc_http_exchange *exchange = request->exchange;
    return exchange != NULL && exchange->interim && !exchange->answered &&
           send(request->connection->socket, NOTHING, strlen(NOTHING),
                MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)strlen(NOTHING);
}

bool fc_http_client_gone(const fc_http_request *request)
{
    FC_ASSERT(request != NULL);
    fc_http_connection *connection = request->connection;
    if (connection == NULL) {
        return false;
    }
    const short seen = look_at(connection->socket);
    if ((seen & (POLLHUP | POLLERR)) != 0) {
        return true;
    }
    if ((seen & POLLRDHUP) != 0 && !connection->half_closed) {
        connection->half_closed = probe(request);
        return !connection->half_closed;
    }
    return false;
}

/* ---- from the first line to the answer ------------------------------------------------------- */

fc_status fc_http_exchange_new(fc_http_core *core, fc_http_connection *connection,
                               const char *target, fc_http_exchange **out, fc_error *err)
{
    FC_ASSERT(core != NULL && connection != NULL && target != NULL);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_chars) target_copy = NULL;
    FC_TRY(fc_text_copy(target, &target_copy, err));
    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_exchange), &memory, err));
    fc_http_exchange *exchange = memory;
    exchange->core = core;
    exchange->connection = connection;
    exchange->target = FC_STEAL(target_copy);
    exchange->response = fc_http_response_start();
    exchange->request.peer = connection->peer;
    exchange->request.connection = connection;
    exchange->request.exchange = exchange;
    exchange->request.received_us = fc_clock_us();
    fc_http_connection_begin(connection, core->settings.header_timeout_ms);
    *out = exchange;
    return FC_OK;
}

void fc_http_exchange_add_header(fc_http_exchange *exchange, const char *name, const char *value)
{
    FC_ASSERT(exchange != NULL && name != NULL);
    if (exchange->header_count == FC_HTTP_HEADERS_MAX) {
        exchange->headers_overflow = true;
        return;
    }
    exchange->headers[exchange->header_count++] =
        (fc_http_pair){ name, value != NULL ? value : "" };
}

void fc_http_exchange_trim_headers(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL);
    for (size_t i = 0; i < exchange->header_count; i++) {
        /* The connection's own buffer: the library has read it already. */
        char *value = (char *)(uintptr_t)exchange->headers[i].value;
        size_t size = strlen(value);
        while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t')) {
            value[--size] = '\0';
        }
    }
}

static fc_status take_id(fc_http_exchange *exchange, fc_error *err)
{
    fc_http_request *request = &exchange->request;
    const char *given = fc_http_header(request, "X-Request-ID");
    if (given != NULL && fc_http_id_is_valid(given)) {
        (void)snprintf(request->id, sizeof request->id, "%s", given);
        return FC_OK;
    }
    return fc_random_name(request->id, err);
}

/* "http://host/path" is what a proxy is asked for; RFC 9112 wants every server to understand it. */
static char *skip_authority(char *target)
{
    if (strncasecmp(target, "http://", 7) != 0) {
        return target;
    }
    char *path = strchr(target + 7, '/');
    return path == NULL ? target : path;
}

static fc_status take_target(fc_http_exchange *exchange, fc_error *err)
{
    fc_http_request *request = &exchange->request;
    char *path = skip_authority(exchange->target);
    char *query = strchr(path, '?');
    const size_t path_size = strcspn(path, "?");
    if (path_size > 1 && path[path_size - 1] == '/' &&
        strlen(path) < FC_HTTP_RESPONSE_HEADER_SIZE) { /* it fits into Location */
        FC_TRY(fc_text_copy(path, &exchange->slashed, err));
    }
    if (query != NULL) {
        *query++ = '\0';
        size_t count = 0;
        FC_TRY(fc_http_urlencoded_parse(query, exchange->query, FC_HTTP_QUERY_MAX, &count, err));
        request->query = (fc_http_pairs){ exchange->query, count };
    }
    const fc_http_routes *routes = &exchange->core->routes;
    if (!fc_http_routes_as_sent(*routes, path)) {
        FC_TRY(fc_http_path_decode(path, err));
    }
    request->path = path;
    request->contract =
        fc_http_error_format_lookup(routes->contracts, routes->contract_count, path);
    fc_http_connection_set_error_format(exchange->connection, request->contract);
    return fc_text_copy(path, &exchange->path_copy, err);
}

/* "/health/" means "/health", as the service that was here before had it: the client is led there,
 * with what it sent. False: there is no such path either. */
static bool answer_slash(fc_http_exchange *exchange)
{
    char *raw = exchange->slashed;
    fc_http_match *match = &exchange->match;
    if (raw == NULL) {
        return false;
    }
    size_t length = strlen(exchange->path_copy);
    while (length > 1 && exchange->path_copy[length - 1] == '/') {
        exchange->path_copy[--length] = '\0';
    }
    fc_http_routes_match(exchange->core->routes, exchange->method, exchange->path_copy, match);
    const bool found = length > 1 && (match->route != NULL || match->allow[0] != '\0');
    match->route = NULL; /* nothing was done there */
    if (found) {
        const size_t size = strcspn(raw, "?");
        size_t end = size;
        while (end > 1 && raw[end - 1] == '/') {
            end--;
        }
        exchange->response.code = 307;
        fc_http_set_header(&exchange->response, "Location", "%.*s%s", (int)end, raw, raw + size);
        exchange->body_unread = exchange->framing.has_body;
        exchange->close |= exchange->body_unread;
        settle(exchange);
    }
    return found;
}

/* True when it was answered: no route, or a question about routes. */
static bool answer_without_route(fc_http_exchange *exchange)
{
    const char *allowed = exchange->match.allow;
    if (exchange->match.route != NULL) {
        return false;
    }
    if (strcmp(exchange->method, "OPTIONS") == 0 && allowed[0] != '\0') {
        fc_http_cors_preflight(exchange->core->settings.cors_origins,
                               fc_http_header(&exchange->request, "Origin"), allowed,
                               &exchange->response);
        exchange->body_unread = exchange->framing.has_body;
        settle(exchange);
    } else if (allowed[0] != '\0') {
        fc_http_set_header(&exchange->response, "Allow", "%s", allowed);
        refuse(exchange, 405, fc_http_phrase(405));
    } else if (!answer_slash(exchange)) {
        refuse(exchange, 404, fc_http_phrase(404));
    }
    return true;
}

static bool may_enter(fc_http_exchange *exchange)
{
    fc_http_core *core = exchange->core;
    const char *key = fc_http_keys_given(fc_http_header(&exchange->request, "X-API-Key"),
                                         fc_http_header(&exchange->request, "Authorization"));
    (void)pthread_rwlock_rdlock(&core->keys_lock);
    const bool allowed =
        core->keys.count == 0 || fc_http_keys_check(&core->keys, key, exchange->request.key_name);
    (void)pthread_rwlock_unlock(&core->keys_lock);
    return allowed || exchange->match.route->open;
}

/* What concerns the bytes of the request: after a failure, the connection cannot be trusted. */
static fc_status check_request(fc_http_exchange *exchange, unsigned *code, fc_error *err)
{
    *code = 400;
    if (strlen(exchange->target) > FC_HTTP_TARGET_BYTES_MAX) {
        *code = 414;
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a target of more than %zu bytes",
                       FC_HTTP_TARGET_BYTES_MAX);
    }
    if (exchange->headers_overflow) {
        *code = 431;
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %d headers", FC_HTTP_HEADERS_MAX);
    }
    if (exchange->hidden) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a zero byte, or a header in two lines");
    }
    FC_TRY(fc_http_headers_check(exchange->request.headers, &exchange->framing, err));
    FC_TRY(
        fc_http_headers_join(exchange->headers, &exchange->header_count, &exchange->joined, err));
    exchange->request.headers.count = exchange->header_count;
    return take_target(exchange, err);
}

void fc_http_exchange_begin(fc_http_exchange *exchange, const char *method)
{
    FC_ASSERT(exchange != NULL && method != NULL);
    FC_ASSERT(!exchange->begun);
    fc_http_request *request = &exchange->request;
    exchange->begun = true;
    if (exchange->core->settings.active != NULL) {
        exchange->core->settings.active(exchange->core->context, 1);
    }
    request->received_us = fc_clock_us();
    request->headers = (fc_http_pairs){ exchange->headers, exchange->header_count };
    request->head = strcmp(method, "HEAD") == 0;
    (void)snprintf(exchange->method, sizeof exchange->method, "%s", method);

    fc_error err = { 0 };
    unsigned code = 0;
    const fc_status id_status = take_id(exchange, &err);
    const fc_status status = id_status == FC_OK ? check_request(exchange, &code, &err) : id_status;
    if (status != FC_OK) {
        exchange->close = true;
        exchange->framing.has_body = true; /* who knows */
        refuse(exchange, fc_http_tells_client(status) ? code : fc_http_code(status), err.text);
        return;
    }
    fc_http_routes_match(exchange->core->routes, exchange->method, exchange->path_copy,
                         &exchange->match);
    request->parts = (fc_http_pairs){ exchange->match.parts, exchange->match.part_count };
    if (answer_without_route(exchange)) {
        return;
    }
    request->method = exchange->match.route->method;
    if (exchange->connection->in_reserve && !exchange->match.route->open) {
        fc_http_set_header(&exchange->response, "Retry-After", "1");
        exchange->close = true;
        refuse(exchange, 503, "too many connections");
    } else if (!may_enter(exchange)) {
        fc_http_set_header(&exchange->response, "WWW-Authenticate", "Bearer");
        refuse(exchange, 401, "Invalid or missing API key");
    } else if (exchange->framing.has_body) {
        begin_body(exchange);
    }
}

static fc_status run_handler(fc_http_exchange *exchange, fc_error *err)
{
    const fc_http_route *route = exchange->match.route;
    const fc_status status =
        route->handler(exchange->core->context, &exchange->request, &exchange->response, err);
    if (status != FC_OK) {
        err->status = status;
        const char *kept = fc_http_response_header_lookup(&exchange->response, "Retry-After");
        char retry_after[32] = "";
        (void)snprintf(retry_after, sizeof retry_after, "%s", kept != NULL ? kept : "1");
        log_failure(exchange, err);
        fc_http_response_clear(&exchange->response);
        fc_http_refuse_error(&exchange->response, err);
        if (exchange->response.code == 503) {
            fc_http_set_header(&exchange->response, "Retry-After", "%s", retry_after);
        }
    }
    return status;
}

/* The client is still there: what it asked for was given up by us, or by another request. */
static void tell_cancelled(fc_http_exchange *exchange)
{
    fc_http_response_clear(&exchange->response);
    if (atomic_load(&exchange->core->ending)) {
        const fc_error why = { FC_STOPPING, "the service is being stopped" };
        fc_http_refuse_error(&exchange->response, &why);
        fc_http_set_header(&exchange->response, "Retry-After", "1");
    } else {
        fc_http_refuse(&exchange->response, 409, "the work was cancelled");
    }
}

bool fc_http_exchange_finish(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL && exchange->begun && !exchange->answered);
    fc_http_connection_enter(exchange->connection, FC_HTTP_HANDLING, INT64_MAX);
    note_half(exchange->connection);
    fc_error err = { 0 };
    const fc_status body_status = end_body(exchange, &err);
    if (body_status != FC_OK) {
        fc_http_refuse(&exchange->response, fc_http_body_code(body_status), "%s", err.text);
    } else if (run_handler(exchange, &err) == FC_CANCELLED) {
        if (fc_http_client_gone(&exchange->request)) {
            return false;
        }
        tell_cancelled(exchange);
    }
    settle(exchange);
    return true;
}

void fc_http_exchange_free(fc_http_exchange *exchange, bool completed)
{
    FC_ASSERT(exchange != NULL);
    fc_http_connection *connection = exchange->connection;
    fc_http_core *core = exchange->core;
    log_exchange(exchange, completed);
    fc_http_body_free(exchange->body);
    discharge(exchange);
    fc_http_response_clear(&exchange->response);
    if (completed && exchange->body_unread) {
        fc_http_connection_linger(connection);
    }
    fc_memory_free(exchange->target);
    fc_memory_free(exchange->path_copy);
    fc_memory_free(exchange->slashed);
    fc_memory_free(exchange->joined);
    fc_memory_free(exchange);
    fc_http_connection_end(connection, core->settings.idle_timeout_ms);
}
