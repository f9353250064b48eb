#include "http/finalize.h"

#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "http/cors.h"
#include "http/date.h"
#include "http/error_format.h"
#include "http/headers.h"
#include "http/status.h"

uint64_t fc_http_response_size(const fc_http_response *response)
{
    FC_ASSERT(response != NULL);
    switch (response->kind) {
    case FC_HTTP_BUFFER:
        return response->buffer.size;
    case FC_HTTP_CONSTANT:
        return response->constant.size;
    case FC_HTTP_DESCRIPTOR:
        return response->size;
    case FC_HTTP_EMPTY:
    case FC_HTTP_STREAM:
        return 0;
    }
    return 0;
}

/* Empty the body, keep code and headers. */
static void drop_body(fc_http_response *response)
{
    fc_http_response bare = fc_http_response_start();
    bare.code = response->code;
    bare.header_count = response->header_count;
    memcpy(bare.headers, response->headers, sizeof bare.headers);
    fc_http_response_clear(response);
    *response = bare;
}

/* The text of a refusal of ours: of several problems, the first. Borrowed from `answer`. */
static const char *text_of(const json_t *answer)
{
    const json_t *detail = json_object_get(answer, "detail");
    if (json_is_array(detail)) {
        detail = json_object_get(json_array_get(detail, 0), "msg");
    }
    return json_is_string(detail) ? json_string_value(detail) : "";
}

/* A 503 for want of room, not because something is missing or ends. The server's own refusals name
 * no error: theirs are about uploads that are too many. */
static bool is_busy(const fc_http_response *response)
{
    const char *error = fc_http_response_header_lookup(response, "X-Error");
    return response->code == 503 &&
           (error == NULL || strcmp(error, fc_status_lookup(FC_BUSY)->slug) == 0);
}

/* The same refusal in the words of another contract. */
static void speak(const fc_http_error_format *contract, fc_http_response *response)
{
    json_t *answer =
        json_loadb((const char *)response->buffer.data, response->buffer.size, 0, NULL);
    unsigned code = response->code;
    json_t *refusal = contract->refusal(&code, is_busy(response), text_of(answer));
    json_decref(answer);
    response->code = code;
    fc_error ignored = { 0 };
    if (refusal == NULL || fc_http_set_json(response, code, refusal, &ignored) != FC_OK) {
        drop_body(response);
    }
}

/* RFC 9457. Built from the answer itself, as few ask for it. */
static void make_problem(const char *id, fc_http_response *response)
{
    json_t *answer =
        json_loadb((const char *)response->buffer.data, response->buffer.size, 0, NULL);
    json_t *detail = json_object_get(answer, "detail");
    const bool listed = json_is_array(detail);
    json_t *problem =
        json_pack("{s:s, s:s, s:i, s:O, s:s, s:O*}", "type", "about:blank", "title",
                  fc_http_phrase(response->code), "status", (int)response->code, "detail",
                  listed ? json_object_get(json_array_get(detail, 0), "msg") : detail, "request_id",
                  id, "errors", listed ? detail : NULL);
    json_decref(answer);
    fc_error ignored = { 0 };
    if (problem != NULL && fc_http_set_json(response, response->code, problem, &ignored) == FC_OK) {
        fc_http_set_header(response, "Content-Type", "application/problem+json");
    }
}

static void set_default(fc_http_response *response, const char *name, const char *value)
{
    if (fc_http_response_header_lookup(response, name) == NULL) {
        fc_http_set_header(response, name, "%s", value);
    }
}

static void set_defaults(const fc_http_request *request, fc_http_response *response)
{
    fc_http_set_header(response, "X-Request-ID", "%s", request->id);
    set_default(response, "Cache-Control", "no-store");
    set_default(response, "X-Content-Type-Options", "nosniff");
    set_default(response, "X-Frame-Options", "DENY");
    set_default(response, "Referrer-Policy", "no-referrer");
    set_default(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

/* Ranges are for what a client may ask for again: it needs a tag to know it is the same. */
static void apply_range(const fc_http_request *request, const char *etag,
                        fc_http_response *response, fc_http_range *part)
{
    const uint64_t size = part->size;
    const char *condition = fc_http_header(request, "If-Range");
    const char *header = fc_http_header(request, "Range");
    fc_http_set_header(response, "Accept-Ranges", "bytes");
    const char *modified = fc_http_response_header_lookup(response, "Last-Modified");
    if (condition != NULL && strcmp(condition, etag) != 0 &&
        (modified == NULL || strcmp(condition, modified) != 0)) {
        return;
    }
    switch (fc_http_range_parse(header, size, part)) {
    case FC_HTTP_RANGE_ALL:
        return;
    case FC_HTTP_RANGE_PART:
        response->code = 206;
        fc_http_set_header(
            response, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)part->offset,
            (unsigned long long)(part->offset + part->size - 1), (unsigned long long)size);
        return;
    case FC_HTTP_RANGE_NONE:
        fc_http_refuse(response, 416, "the range begins past the end");
        fc_http_set_header(response, "Content-Range", "bytes */%llu", (unsigned long long)size);
        *part = (fc_http_range){ 0, fc_http_response_size(response) };
        return;
    }
}

/* Whether the client has it already. A tag says it more exactly than a time: where it names one,
 * its time does not count (RFC 9110, section 13.1.3). */
static bool is_known(const fc_http_request *request, const fc_http_response *response,
                     const char *etag)
{
    const char *tags = fc_http_header(request, "If-None-Match");
    const char *modified = fc_http_response_header_lookup(response, "Last-Modified");
    const char *since = fc_http_header(request, "If-Modified-Since");
    int64_t modified_s = 0;
    int64_t since_s = 0;
    return tags != NULL
               ? fc_http_etag_matches(tags, etag)
               : modified != NULL && since != NULL && fc_http_date_parse(modified, &modified_s) &&
                     fc_http_date_parse(since, &since_s) && modified_s <= since_s;
}

void fc_http_response_finalize(const fc_http_request *request, const char *cors_origins,
                               fc_http_response *response, fc_http_range *part)
{
    FC_ASSERT(request != NULL && response != NULL);
    FC_ASSERT(part != NULL);
    if (response->refused && request->contract != NULL) {
        speak(request->contract, response);
    } else if (response->refused &&
               fc_http_list_has(fc_http_header(request, "Accept"), "application/problem+json")) {
        make_problem(request->id, response);
    }
    const char *etag = fc_http_response_header_lookup(response, "ETag");
    *part = (fc_http_range){ 0, fc_http_response_size(response) };
    if (etag != NULL && response->code == 200 && request->method == FC_HTTP_GET) {
        if (is_known(request, response, etag)) {
            response->code = 304;
            drop_body(response);
            part->size = 0;
        } else if (part->size > 0) {
            apply_range(request, etag, response, part);
        }
    }
    set_defaults(request, response);
    fc_http_cors_answer(cors_origins, fc_http_header(request, "Origin"), response);
}
