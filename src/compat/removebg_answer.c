#include "compat/removebg_answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "http/base64.h"
#include "http/headers.h"
#include "http/status.h"
#include "report/json.h"
#include "service/cutout_request.h"

/* Pictures of a megapixel that an account may have in a minute, as remove.bg counts them. */
#define RATE_LIMIT 500
#define RATE_WINDOW_S 60

static const fc_schema_field REMOVEBG_PROBLEM[] = {
    { "title", "string", NULL },
    { "code", "string", NULL },
    { 0 },
};

static const fc_schema_field REMOVEBG_ERROR[] = {
    { "errors", "list of RemovebgProblem", NULL },
    { 0 },
};

const fc_schema fc_removebg_schemas[] = {
    { "RemovebgProblem", REMOVEBG_PROBLEM },
    { "RemovebgError", REMOVEBG_ERROR },
    { 0 },
};

static json_t *pack_error(const char *title, const char *code)
{
    return json_pack("{s:[{s:o, s:s}]}", "errors", "title", fc_json_text(title), "code", code);
}

json_t *fc_removebg_refusal(unsigned *code, bool busy, const char *text)
{
    static const struct {
        unsigned ours;
        unsigned theirs;
        const char *word;
    } WORDS[] = {
        { 401, 403, "auth_failed" },         { 404, 404, "not_found" },
        { 405, 405, "method_not_allowed" },  { 408, 408, "request_timeout" },
        { 413, 413, "file_too_large" },      { 415, 415, "unsupported_media_type" },
        { 503, 503, "service_unavailable" }, { 504, 504, "timeout" },
    };
    FC_ASSERT(code != NULL && text != NULL);
    const unsigned ours = *code;
    if (busy) {
        *code = 429;
        return pack_error(text, "rate_limit_exceeded");
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (WORDS[i].ours == ours) {
            *code = WORDS[i].theirs;
            return pack_error(text, WORDS[i].word);
        }
    }
    return pack_error(text, ours < 500 ? "bad_request" : "internal_error");
}

void fc_removebg_refuse(fc_http_response *response, const char *code, const char *format, ...)
{
    char title[FC_ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(title, sizeof title, format, arguments);
    va_end(arguments);
    fc_error ignored = { 0 };
    if (fc_http_set_json(response, 400, pack_error(title, code), &ignored) != FC_OK) {
        response->code = 400; /* when memory runs out, the code must do */
    }
}

static const char *word_of(fc_status status)
{
    switch ((int)status) {
    case FC_NO_FACE:
        return "unknown_foreground";
    case FC_UNSUPPORTED_FORMAT:
        return "invalid_file_type";
    case FC_CORRUPT_IMAGE:
        return "failed_to_read_image";
    case FC_LIMIT_EXCEEDED:
        return "resolution_too_high";
    default:
        return NULL;
    }
}

fc_status fc_removebg_fail(const fc_error *failure, fc_cutout_fault fault,
                           fc_http_response *response, fc_error *err)
{
    FC_ASSERT(failure != NULL && failure->status != FC_OK);
    const char *word = word_of(failure->status);
    switch (fault) {
    case FC_CUTOUT_SOUND:
        break;
    case FC_CUTOUT_ROI_OUTSIDE:
        word = "roi_exceeds_bounds";
        break;
    case FC_CUTOUT_ROI_EMPTY:
        word = "roi_region_empty";
        break;
    case FC_CUTOUT_BACKDROP:
        word = word != NULL ? "failed_bg_download" : NULL;
        break;
    }
    if (word == NULL) {
        return fc_fail(err, failure->status, "%s", failure->text);
    }
    fc_removebg_refuse(response, word, "%s%s", fault == FC_CUTOUT_BACKDROP ? "background: " : "",
                       failure->text);
    return FC_OK;
}

void fc_removebg_limits(fc_http_response *response)
{
    fc_http_set_header(response, "X-RateLimit-Limit", "%d", RATE_LIMIT);
    fc_http_set_header(response, "X-RateLimit-Remaining", "%d", RATE_LIMIT);
    fc_http_set_header(response, "X-RateLimit-Reset", "%lld",
                       (long long)time(NULL) + RATE_WINDOW_S);
}

static void set_facts(const fc_removebg_order *order, const fc_task_result *result,
                      fc_http_response *response)
{
    const fc_cutout *cutout = &result->photo.cutout;
    const fc_size whole = result->photo.facts.size;
    fc_http_set_header(response, "X-Width", "%d", cutout->size.width);
    fc_http_set_header(response, "X-Height", "%d", cutout->size.height);
    fc_http_set_header(response, "X-Max-Width", "%d", whole.width);
    fc_http_set_header(response, "X-Max-Height", "%d", whole.height);
    if (order->tells_type) {
        fc_http_set_header(response, "X-Type", "person");
    }
    fc_http_set_header(response, "X-Credits-Charged", "0");
    fc_http_set_header(response, "X-Foreground-Top", "%d", cutout->top);
    fc_http_set_header(response, "X-Foreground-Left", "%d", cutout->left);
    fc_http_set_header(response, "X-Foreground-Width", "%d", cutout->width);
    fc_http_set_header(response, "X-Foreground-Height", "%d", cutout->height);
    fc_removebg_limits(response);
    fc_cutout_describe_run(result, response);
}

/* The body, which holds the picture's bytes, becomes JSON around them. */
static fc_status wrap(const fc_cutout *cutout, fc_http_response *response, fc_error *err)
{
    FC_AUTO_BUFFER(json, 3 * FC_CUTOUT_BYTES_MAX);
    FC_TRY(fc_buffer_print(&json, err, "{\"data\":{\"result_b64\":\""));
    FC_TRY(fc_base64_encode(fc_buffer_bytes(&response->buffer), &json, err));
    FC_TRY(fc_buffer_print(&json, err,
                           "\",\"foreground_top\":%d,\"foreground_left\":%d,"
                           "\"foreground_width\":%d,\"foreground_height\":%d}}",
                           cutout->top, cutout->left, cutout->width, cutout->height));
    fc_http_set_body(response, "application/json", &json);
    return FC_OK;
}

fc_status fc_removebg_answer(const fc_removebg_order *order, const fc_http_request *request,
                             const fc_task_result *result, fc_http_response *response,
                             fc_error *err)
{
    FC_ASSERT(order != NULL && request != NULL && result != NULL);
    const fc_cutout *cutout = &result->photo.cutout;
    FC_TRY(fc_cutout_answer(cutout, response, err));
    if (fc_http_lists(request, "Accept", "application/json")) {
        FC_TRY(wrap(cutout, response, err));
    }
    set_facts(order, result, response);
    return FC_OK;
}
