#include "http/response.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "http/limits.h"
#include "http/status.h"
#include "report/json.h"

fc_http_response fc_http_response_start(void)
{
    return (fc_http_response){ .code = 200, .descriptor = -1, .buffer = FC_BUFFER(0) };
}

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
    fc_http_refuse(response, code, "%s", told ? err->text : fc_http_phrase(code));
    fc_http_set_header(response, "X-Error", "%s", fc_status_lookup(err->status)->slug);
}
