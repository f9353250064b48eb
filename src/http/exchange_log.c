#include "http/exchange_log.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/finalize.h"

void fc_http_log_failure(const fc_http_exchange *exchange, const fc_error *err)
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

void fc_http_log_exchange(const fc_http_exchange *exchange, bool completed)
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
