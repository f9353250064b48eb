#include "http/exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "http/cors.h"
#include "http/exchange_log.h"
#include "http/settle.h"
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

/* The answer is known: make it fit the request. */
static void settle(fc_http_exchange *exchange)
{
    exchange->answered = true;
    fc_http_settle(&exchange->request, exchange->core->settings.cors_origins, &exchange->response,
                   &exchange->part);
}

/* Refuse before the body was read; the client may go on sending it. */
static void refuse(fc_http_exchange *exchange, unsigned code, const char *detail)
{
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
    if (query != NULL) {
        *query++ = '\0';
        size_t count = 0;
        FC_TRY(fc_http_urlencoded_parse(query, exchange->query, FC_HTTP_QUERY_MAX, &count, err));
        request->query = (fc_http_pairs){ exchange->query, count };
    }
    FC_TRY(fc_http_path_decode(path, err));
    request->path = path;
    const fc_http_routes *routes = &exchange->core->routes;
    request->contract = fc_http_contract_lookup(routes->contracts, routes->contract_count, path);
    fc_http_connection_speak(exchange->connection, request->contract);
    return copy_text(path, &exchange->path_copy, err);
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
    } else {
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

/* Everything that can be said about a body before it is there. */
static void begin_body(fc_http_exchange *exchange)
{
    const fc_http_request *request = &exchange->request;
    const char *encoding = fc_http_header(request, "Content-Encoding");
    if (exchange->match.route->body == FC_HTTP_NO_BODY) {
        refuse(exchange, 400, "this route takes no body");
        return;
    }
    if (encoding != NULL && strcasecmp(encoding, "identity") != 0) {
        refuse(exchange, 415, "a body with a Content-Encoding");
        return;
    }
    const fc_http_body_limits limits = limits_of(exchange);
    if (exchange->framing.length > limits.bytes_max) {
        refuse(exchange, 413, "the body is too large");
        return;
    }
    const size_t others = atomic_load(&exchange->core->body_bytes);
    if (others + exchange->framing.length > exchange->core->settings.bodies_bytes_max) {
        fc_http_set_header(&exchange->response, "Retry-After", "1");
        refuse(exchange, 503, "too many uploads at the same time");
        return;
    }
    fc_error err = { 0 };
    const fc_status status =
        fc_http_body_new(fc_http_header(request, "Content-Type"), &limits, &exchange->body, &err);
    if (status != FC_OK) {
        refuse(exchange, fc_http_body_code(status), err.text);
    }
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
    FC_TRY(fc_http_headers_check(exchange->request.headers, &exchange->framing, err));
    return take_target(exchange, err);
}

static void enter_body_phase(fc_http_exchange *exchange)
{
    const fc_http_settings *settings = &exchange->core->settings;
    const int64_t grace_us = (int64_t)settings->body_timeout_ms * 1000;
    const int64_t earned_us =
        (int64_t)(exchange->body_bytes * 1000000 / (size_t)settings->bytes_per_second_min);
    fc_http_connection_enter(exchange->connection, FC_HTTP_READING,
                             exchange->body_from_us + grace_us + earned_us);
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
    exchange->body_from_us = fc_clock_us();
    request->received_us = exchange->body_from_us;
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
    if (!may_enter(exchange)) {
        fc_http_set_header(&exchange->response, "WWW-Authenticate", "Bearer");
        refuse(exchange, 401, "Invalid or missing API key");
    } else if (exchange->framing.has_body) {
        begin_body(exchange);
        enter_body_phase(exchange);
    }
}

bool fc_http_exchange_feed(fc_http_exchange *exchange, fc_bytes piece)
{
    FC_ASSERT(exchange != NULL && exchange->begun);
    if (exchange->answered || exchange->body == NULL) {
        return true; /* refused already: thrown away */
    }
    const size_t all = atomic_fetch_add(&exchange->core->body_bytes, piece.size) + piece.size;
    exchange->body_bytes += piece.size;
    if (exchange->body_bytes > limits_of(exchange).bytes_max) {
        fc_http_connection_refuse(exchange->connection, 413, "the body is too large");
        fc_http_connection_linger(exchange->connection);
        return false;
    }
    if (all > exchange->core->settings.bodies_bytes_max) {
        fc_http_connection_refuse(exchange->connection, 503, "too many uploads at the same time");
        fc_http_connection_linger(exchange->connection);
        return false;
    }
    enter_body_phase(exchange);
    if (exchange->body_error.status == FC_OK) {
        /* A malformed body is read to its end, so that the answer finds the client listening. */
        const fc_status status = fc_http_body_feed(exchange->body, piece, &exchange->body_error);
        FC_ASSERT(status == exchange->body_error.status);
    }
    return true;
}

static fc_status take_body(fc_http_exchange *exchange, fc_error *err)
{
    if (exchange->body == NULL) {
        return FC_OK;
    }
    if (exchange->body_error.status != FC_OK) {
        *err = exchange->body_error;
        return err->status;
    }
    FC_TRY(fc_http_body_end(exchange->body, err));
    const fc_http_content *content = fc_http_body_content(exchange->body);
    exchange->request.fields = (fc_http_pairs){ content->fields, content->field_count };
    exchange->request.files = content->files;
    exchange->request.file_count = content->file_count;
    return FC_OK;
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

bool fc_http_exchange_finish(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL && exchange->begun && !exchange->answered);
    fc_http_connection_enter(exchange->connection, FC_HTTP_HANDLING, INT64_MAX);
    fc_error err = { 0 };
    const fc_status body_status = take_body(exchange, &err);
    if (body_status != FC_OK) {
        fc_http_refuse(&exchange->response, fc_http_body_code(body_status), "%s", err.text);
    } else if (run_handler(exchange, &err) == FC_CANCELLED) {
        return false;
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
    atomic_fetch_sub(&core->body_bytes, exchange->body_bytes);
    fc_http_body_free(exchange->body);
    fc_http_response_clear(&exchange->response);
    if (completed && exchange->body_unread) {
        fc_http_connection_linger(connection);
    }
    fc_memory_free(exchange->target);
    fc_memory_free(exchange->path_copy);
    fc_memory_free(exchange);
    fc_http_connection_end(connection, core->settings.idle_timeout_ms);
}
