#include "http/json_body.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "http/content.h"
#include "http/json_outline.h"
#include "http/limits.h"

static void release_json(json_t **value)
{
    json_decref(*value);
}

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

/* A string of the outline as it was in the body, for a file. Its bytes are those of the body, which
 * is the caller's to change. */
static fc_bytes text_of(const fc_json_outline *outline, const json_t *value)
{
    const char *text = json_string_value(value);
    const fc_bytes cut = fc_json_outline_lookup(outline, text, json_string_length(value));
    if (cut.data == NULL) {
        return (fc_bytes){ (const uint8_t *)text, json_string_length(value) };
    }
    char *start = (char *)(uintptr_t)cut.data;
    return (fc_bytes){ cut.data, fc_json_unescape(start, cut.size) };
}

static fc_status add_file(fc_http_content *content, const fc_json_outline *outline,
                          const char *field, const json_t *value, fc_error *err)
{
    if (!json_is_string(value)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%s\" is not a text in base64", field);
    }
    return fc_http_add_base64(content, bytes_of(field), text_of(outline, value), err);
}

static fc_status add_files(fc_http_content *content, const fc_json_outline *outline,
                           const json_t *list, fc_error *err)
{
    if (!json_is_array(list)) {
        return add_file(content, outline, "files", list, err);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        FC_TRY(add_file(content, outline, "files", json_array_get(list, i), err));
    }
    return FC_OK;
}

static fc_status add_field(fc_http_content *content, const fc_json_outline *outline,
                           const char *name, const json_t *value, fc_error *err)
{
    char number[64];
    fc_bytes text = { NULL, 0 };
    switch (json_typeof(value)) {
    case JSON_NULL:
        return FC_OK;
    case JSON_TRUE:
    case JSON_FALSE:
        text = bytes_of(json_is_true(value) ? "true" : "false");
        break;
    case JSON_INTEGER:
        (void)snprintf(number, sizeof number, "%" PRId64, (int64_t)json_integer_value(value));
        text = bytes_of(number);
        break;
    case JSON_REAL:
        (void)snprintf(number, sizeof number, "%.17g", json_real_value(value));
        text = bytes_of(number);
        break;
    case JSON_STRING:
        text = text_of(outline, value);
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return fc_fail(err, FC_INVALID_ARGUMENT, "a list or object among the fields");
    }
    return fc_http_content_add_field(content, bytes_of(name), text, err);
}

static fc_status add_member(fc_http_content *content, const fc_json_outline *outline,
                            const char *name, const json_t *value, fc_error *err)
{
    const bool is_file = strcmp(name, "image") == 0 || strcmp(name, "file") == 0;
    const bool is_list = strcmp(name, "files") == 0;
    const bool is_other =
        strcmp(name, "background_file") == 0 || fc_http_names_base64(bytes_of(name));
    if (!is_file && !is_list && !is_other) {
        return add_field(content, outline, name, value, err);
    }
    if (json_is_null(value)) {
        return FC_OK;
    }
    return is_list ? add_files(content, outline, value, err)
                   : add_file(content, outline, is_file ? "file" : name, value, err);
}

static fc_status parse(const fc_json_outline *outline, fc_http_content *content, fc_error *err)
{
    json_error_t problem = { 0 };
    __attribute__((cleanup(release_json))) json_t *root =
        json_loadb(fc_buffer_text(&outline->text), outline->text.size,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_out_of_memory) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (root == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a body that is not a JSON object (line %d)",
                       problem.line);
    }
    if (!json_is_object(root)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a body that is JSON, but no object");
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(root, name, value)
    {
        FC_TRY(add_member(content, outline, name, value, err));
    }
    return FC_OK;
}

fc_status fc_http_json_parse(fc_buffer *body, fc_http_content *content, fc_error *err)
{
    FC_ASSERT(body != NULL);
    FC_ASSERT(content != NULL);
    /* A name and a value have two signs, what is in a list one; a third are spare. */
    const size_t signs_max = 3 * FC_HTTP_FIELDS_MAX + content->files_max;
    __attribute__((cleanup(fc_json_outline_clear))) fc_json_outline outline = { 0 };
    FC_TRY(fc_json_outline_make(fc_buffer_bytes(body), signs_max, &outline, err));
    return parse(&outline, content, err);
}
