#include "http/json_body.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "http/base64_file.h"

static void release_json(json_t **value)
{
    json_decref(*value);
}

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

static fc_status add_file(fc_http_content *content, const char *field, const json_t *value,
                          fc_error *err)
{
    if (!json_is_string(value)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%s\" is not a text in base64", field);
    }
    const fc_bytes text = { (const uint8_t *)json_string_value(value), json_string_length(value) };
    return fc_http_add_base64(content, bytes_of(field), text, err);
}

static fc_status add_files(fc_http_content *content, const json_t *list, fc_error *err)
{
    if (!json_is_array(list)) {
        return add_file(content, "files", list, err);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        FC_TRY(add_file(content, "files", json_array_get(list, i), err));
    }
    return FC_OK;
}

static fc_status add_field(fc_http_content *content, const char *name, const json_t *value,
                           fc_error *err)
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
        text = (fc_bytes){ (const uint8_t *)json_string_value(value), json_string_length(value) };
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return fc_fail(err, FC_INVALID_ARGUMENT, "a list or object among the fields");
    }
    return fc_http_content_add_field(content, bytes_of(name), text, err);
}

static fc_status add_member(fc_http_content *content, const char *name, const json_t *value,
                            fc_error *err)
{
    if (strcmp(name, "image") == 0 || strcmp(name, "file") == 0) {
        return json_is_null(value) ? FC_OK : add_file(content, "file", value, err);
    }
    if (strcmp(name, "files") == 0) {
        return json_is_null(value) ? FC_OK : add_files(content, value, err);
    }
    if (fc_http_names_base64(bytes_of(name))) {
        return json_is_null(value) ? FC_OK : add_file(content, name, value, err);
    }
    return add_field(content, name, value, err);
}

fc_status fc_http_json_parse(fc_bytes text, fc_http_content *content, fc_error *err)
{
    FC_ASSERT(text.data != NULL || text.size == 0);
    FC_ASSERT(content != NULL);
    json_error_t problem = { 0 };
    __attribute__((cleanup(release_json))) json_t *root = json_loadb(
        text.size > 0 ? (const char *)text.data : "", text.size, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_out_of_memory) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (!json_is_object(root)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a body that is not a JSON object (line %d)",
                       problem.line);
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(root, name, value)
    {
        FC_TRY(add_member(content, name, value, err));
    }
    return FC_OK;
}
