#include "http/exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "http/cors.h"
#include "http/exchange_body.h"
#include "http/exchange_log.h"
#include "http/finalize.h"
#include "http/status.h"
#include "http/urlencoded.h"

static fc_status copy_text(const char *text, char **out, fc_error *err)
{
    const size_t size = strlen(text) + 1;
    void *copy = NULL;
    FC_TRY(fc_memory_new(size, 1, &copy, err));
    memcpy(copy, text, size);
    *out = copy;
    return FC_OK;
}

fc_status fc_http_exchange_new(fc_http_core *core, fc_http_connection *connection,
                               const char *target, fc_http_exchange **out, fc_error *err)
{
    FC_ASSERT(core != NULL && connection != NULL && target != NULL);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_chars) target_copy = NULL;
    FC_TRY(copy_text(target, &target_copy, err));
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

/* The answer is known: make it fit the request. */
static void settle(fc_http_exchange *exchange)
{
    exchange->answered = true;
    fc_http_response_finalize(&exchange->request, exchange->core->settings.cors_origins,
                              &exchange->response, &exchange->part);
}

void fc_http_exchange_refuse(fc_http_exchange *exchange, unsigned code, const char *detail)
{
    FC_ASSERT(exchange != NULL && detail != NULL);
    fc_http_refuse(&exchange->response, code, "%s", detail);
    exchange->body_unread = exchange->framing.has_body;
    exchange->close |= exchange->body_unread;
    settle(exchange);
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
        FC_TRY(copy_text(path, &exchange->slashed, err));
    }
    if (query != NULL) {
        *query++ = '\0';
        size_t count = 0;
        FC_TRY(fc_http_urlencoded_parse(query, exchange->query, FC_HTTP_QUERY_MAX, &count, err));
        request->query = (fc_http_pairs){ exchange->query, count };
    }
    FC_TRY(fc_http_path_decode(path, err));
    request->path = path;
    const fc_http_routes *routes = &exchange->core->routes;
    request->contract =
        fc_http_error_format_lookup(routes->contracts, routes->contract_count, path);
    fc_http_connection_set_error_format(exchange->connection, request->contract);
    return copy_text(path, &exchange->path_copy, err);
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
        fc_http_exchange_refuse(exchange, 405, fc_http_phrase(405));
    } else if (!answer_slash(exchange)) {
        fc_http_exchange_refuse(exchange, 404, fc_http_phrase(404));
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
        fc_http_exchange_refuse(
            exchange, fc_http_tells_client(status) ? code : fc_http_code(status), err.text);
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
        fc_http_exchange_refuse(exchange, 503, "too many connections");
    } else if (!may_enter(exchange)) {
        fc_http_set_header(&exchange->response, "WWW-Authenticate", "Bearer");
        fc_http_exchange_refuse(exchange, 401, "Invalid or missing API key");
    } else if (exchange->framing.has_body) {
        fc_http_exchange_begin_body(exchange);
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
        fc_http_log_failure(exchange, err);
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
    fc_http_connection_note_half(exchange->connection);
    fc_error err = { 0 };
    const fc_status body_status = fc_http_exchange_end_body(exchange, &err);
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
    fc_http_log_exchange(exchange, completed);
    fc_http_body_free(exchange->body);
    fc_http_exchange_discharge(exchange);
    fc_http_response_clear(&exchange->response);
    if (completed && exchange->body_unread) {
        fc_http_connection_linger(connection);
    }
    fc_memory_free(exchange->target);
    fc_memory_free(exchange->path_copy);
    fc_memory_free(exchange->slashed);
    fc_memory_free(exchange);
    fc_http_connection_end(connection, core->settings.idle_timeout_ms);
}
