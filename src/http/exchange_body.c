#include "http/exchange_body.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/clock.h"
#include "http/status.h"

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

/* ---- memory ---------------------------------------------------------------------------------- */

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

void fc_http_exchange_discharge(fc_http_exchange *exchange)
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
        fc_http_exchange_refuse(exchange, 413, "the body takes more memory than uploads may");
        return false;
    }
    const bool has_room = charge(exchange, memory);
    fc_http_exchange_discharge(exchange);
    if (!has_room) {
        fc_http_set_header(&exchange->response, "Retry-After", "1");
        fc_http_exchange_refuse(exchange, 503, "too many uploads at the same time");
    }
    return has_room;
}

static void accept_body(fc_http_exchange *exchange)
{
    const char *type = fc_http_header(&exchange->request, "Content-Type");
    exchange->body_limits = limits_of(exchange);
    if (exchange->framing.length > exchange->body_limits.bytes_max) {
        fc_http_exchange_refuse(exchange, 413, "the body is too large");
        return;
    }
    fc_error err = { 0 };
    const fc_status status = fc_http_body_new(type, &exchange->body_limits, &exchange->body, &err);
    if (status != FC_OK) {
        fc_http_exchange_refuse(exchange, fc_http_body_code(status), err.text);
        return;
    }
    if (check_room(exchange)) {
        exchange->body_until_us = INT64_MAX / 2;
        earn_time(exchange, 0);
    }
}

void fc_http_exchange_begin_body(fc_http_exchange *exchange)
{
    FC_ASSERT(exchange != NULL && exchange->match.route != NULL);
    const char *encoding = fc_http_header(&exchange->request, "Content-Encoding");
    if (exchange->match.route->body == FC_HTTP_NO_BODY) {
        fc_http_exchange_refuse(exchange, 400, "this route takes no body");
    } else if (encoding != NULL && strcasecmp(encoding, "identity") != 0) {
        fc_http_exchange_refuse(exchange, 415, "a body with a Content-Encoding");
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

fc_status fc_http_exchange_end_body(fc_http_exchange *exchange, fc_error *err)
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
