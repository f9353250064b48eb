#include "http/response.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/gzip.h"
#include "http/date.h"
#include "http/headers.h"
#include "http/limits.h"
#include "http/status.h"
#include "report/json.h"

/* ---- response -------------------------------------------------------------------------------- */

fc_http_response fc_http_response_start(void)
{
    return (fc_http_response){ .code = 200, .descriptor = -1, .buffer = FC_BUFFER(0) };
}

static const fc_schema_field DETAIL[] = {
    { "detail", "string", "why it was refused" },
    { 0 },
};

static const fc_schema_field VALIDATION_ERROR[] = {
    { "detail", "string or list of FieldProblem", NULL },
    { 0 },
};

const fc_schema fc_http_schemas[] = {
    { "Detail", DETAIL },
    { "ValidationError", VALIDATION_ERROR },
    { 0 },
};

static void clear_body(fc_http_response *response)
{
    fc_buffer_clear(&response->buffer);
    if (response->descriptor >= 0) {
        (void)close(response->descriptor);
    }
    if (response->stream_free != NULL) {
        response->stream_free(response->stream_context);
    }
    response->descriptor = -1;
    response->constant = (fc_bytes){ 0 };
    response->size = 0;
    response->stream = NULL;
    response->stream_context = NULL;
    response->stream_free = NULL;
    response->refused = false;
    response->kind = FC_HTTP_EMPTY;
}

void fc_http_response_clear(fc_http_response *response)
{
    FC_ASSERT(response != NULL);
    clear_body(response);
    response->code = 200;
    response->header_count = 0;
}

static fc_http_response_header *find(const fc_http_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++) {
        if (strcasecmp(response->headers[i].name, name) == 0) {
            return (fc_http_response_header *)(uintptr_t)&response->headers[i];
        }
    }
    return NULL;
}

void fc_http_set_header(fc_http_response *response, const char *name, const char *format, ...)
{
    FC_ASSERT(response != NULL);
    FC_ASSERT(name != NULL);
    fc_http_response_header *header = find(response, name);
    if (header == NULL) {
        FC_ASSERT(response->header_count < FC_HTTP_RESPONSE_HEADERS_MAX);
        header = &response->headers[response->header_count++];
        header->name = name;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(header->value, sizeof header->value, format, arguments);
    va_end(arguments);
    for (char *at = header->value; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = ' ';
        }
    }
}

const char *fc_http_response_header_lookup(const fc_http_response *response, const char *name)
{
    FC_ASSERT(response != NULL);
    FC_ASSERT(name != NULL);
    const fc_http_response_header *header = find(response, name);
    return header == NULL ? NULL : header->value;
}

static void start_body(fc_http_response *response, fc_http_body_kind kind, const char *content_type)
{
    FC_ASSERT(response != NULL);
    clear_body(response);
    response->kind = kind;
    fc_http_set_header(response, "Content-Type", "%s", content_type);
}

void fc_http_set_body(fc_http_response *response, const char *content_type, fc_buffer *body)
{
    FC_ASSERT(body != NULL);
    fc_buffer taken = *body;
    *body = FC_BUFFER(taken.size_max);
    start_body(response, FC_HTTP_BUFFER, content_type);
    response->buffer = taken;
}

fc_status fc_http_set_json(fc_http_response *response, unsigned code, json_t *value, fc_error *err)
{
    FC_AUTO_BUFFER(text, FC_HTTP_JSON_MAX);
    FC_TRY(fc_json_write_line(value, &text, err));
    text.size--; /* the line's end */
    text.data[text.size] = '\0';
    fc_http_set_body(response, "application/json", &text);
    response->code = code;
    return FC_OK;
}

void fc_http_set_constant(fc_http_response *response, const char *content_type, fc_bytes body)
{
    FC_ASSERT(body.data != NULL || body.size == 0);
    start_body(response, FC_HTTP_CONSTANT, content_type);
    response->constant = body;
}

fc_status fc_http_set_file(fc_http_response *response, const char *content_type, int descriptor,
                           fc_error *err)
{
    FC_ASSERT(descriptor >= 0);
    struct stat facts = { 0 };
    if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        (void)close(descriptor);
        return fc_fail(err, FC_IO, "an answer that is not a plain file");
    }
    start_body(response, FC_HTTP_DESCRIPTOR, content_type);
    response->descriptor = descriptor;
    response->size = (uint64_t)facts.st_size;
    return FC_OK;
}

void fc_http_set_stream(fc_http_response *response, const char *content_type, fc_http_stream stream,
                        void *context, void (*release)(void *context))
{
    FC_ASSERT(stream != NULL);
    start_body(response, FC_HTTP_STREAM, content_type);
    response->stream = stream;
    response->stream_context = context;
    response->stream_free = release;
}

void fc_http_set_etag(fc_http_response *response, const char *text)
{
    FC_ASSERT(text != NULL && strchr(text, '"') == NULL);
    fc_http_set_header(response, "ETag", "\"%s\"", text);
}

/* When memory runs out, the code alone must do. */
static void refuse(fc_http_response *response, unsigned code, json_t *detail)
{
    FC_ASSERT(code >= 400);
    fc_error ignored = { 0 };
    clear_body(response);
    response->code = code;
    const fc_status status =
        fc_http_set_json(response, code, json_pack("{s:o}", "detail", detail), &ignored);
    response->refused = status == FC_OK;
}

void fc_http_refuse(fc_http_response *response, unsigned code, const char *format, ...)
{
    FC_ASSERT(response != NULL);
    char text[FC_ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    refuse(response, code, fc_json_text(text));
}

void fc_http_refuse_fields(fc_http_response *response, json_t *problems)
{
    FC_ASSERT(response != NULL);
    refuse(response, 422, problems);
}

void fc_http_refuse_error(fc_http_response *response, const fc_error *err)
{
    FC_ASSERT(response != NULL);
    FC_ASSERT(err != NULL && err->status != FC_OK);
    const unsigned code = fc_http_code(err->status);
    const bool told = fc_http_tells_client(err->status) && err->text[0] != '\0';
    const fc_status_info *row = fc_status_lookup(err->status);
    if (told) {
        fc_http_refuse(response, code, "%s", err->text);
    } else {
        fc_http_refuse(response, code, "%s: %s", fc_http_phrase(code), row->meaning);
    }
    fc_http_set_header(response, "X-Error", "%s", row->slug);
}

/* ---- packed ---------------------------------------------------------------------------------- */

/* Bytes of a file when it is unpacked. */
#define FILE_BYTES_MAX ((size_t)8 << 20)

/* The answer depends on one header more. */
static void vary(fc_http_response *response)
{
    char before[128];
    const char *set = fc_http_response_header_lookup(response, "Vary");
    (void)snprintf(before, sizeof before, "%s", set != NULL ? set : "");
    fc_http_set_header(response, "Vary", "%s%sAccept-Encoding", before,
                       before[0] != '\0' ? ", " : "");
}

fc_status fc_http_set_packed(const fc_http_request *request, fc_http_response *response,
                             const char *content_type, fc_bytes packed, const char *digest,
                             fc_error *err)
{
    FC_ASSERT(request != NULL && response != NULL && digest != NULL);
    vary(response);
    if (fc_http_takes_gzip(fc_http_header(request, "Accept-Encoding"))) {
        fc_http_set_constant(response, content_type, packed);
        fc_http_set_header(response, "Content-Encoding", "gzip");
        fc_http_set_etag(response, digest);
        return FC_OK;
    }
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_TRY(fc_gzip_unpack(packed, &file, err));
    fc_http_set_body(response, content_type, &file);
    char tag[160];
    (void)snprintf(tag, sizeof tag, "%s-plain", digest);
    fc_http_set_etag(response, tag);
    return FC_OK;
}

/* ---- error format ---------------------------------------------------------------------------- */

const fc_http_error_format *fc_http_error_format_lookup(const fc_http_error_format *contracts,
                                                        size_t count, const char *path)
{
    FC_ASSERT(contracts != NULL || count == 0);
    FC_ASSERT(path != NULL);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(contracts[i].prefix);
        if (strncmp(path, contracts[i].prefix, length) == 0 &&
            (path[length] == '\0' || path[length] == '/')) {
            return &contracts[i];
        }
    }
    return NULL;
}

/* ---- finalize -------------------------------------------------------------------------------- */

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

void fc_http_response_finalize(const fc_http_request *request, fc_http_response *response,
                               fc_http_range *part)
{
    FC_ASSERT(request != NULL && response != NULL);
    FC_ASSERT(part != NULL);
    if (response->refused && request->contract != NULL) {
        speak(request->contract, response);
    } else if (response->refused && fc_http_lists(request, "Accept", "application/problem+json")) {
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
}
