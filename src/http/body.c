#include "http/body.h"

#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "http/base64_file.h"
#include "http/json_body.h"
#include "http/multipart.h"
#include "http/parameters.h"
#include "http/urlencoded.h"

typedef enum body_type {
    BODY_MULTIPART,
    BODY_URLENCODED,
    BODY_JSON,
    BODY_RAW,
} body_type;

struct fc_http_body {
    body_type type;
    fc_http_body_limits limits;
    fc_http_content content;
    fc_http_multipart *multipart;
    fc_buffer whole; /* of a type that is read at its end */
    fc_buffer *file; /* of a raw body */
    size_t size;
};

static fc_status find_type(const char *word, body_type *out, fc_error *err)
{
    static const struct {
        const char *word;
        body_type type;
    } TYPES[] = {
        { "multipart/form-data", BODY_MULTIPART },
        { "application/x-www-form-urlencoded", BODY_URLENCODED },
        { "application/json", BODY_JSON },
        { "application/octet-stream", BODY_RAW },
    };
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        if (strcmp(word, TYPES[i].word) == 0) {
            *out = TYPES[i].type;
            return FC_OK;
        }
    }
    if (strncmp(word, "image/", strlen("image/")) == 0) {
        *out = BODY_RAW;
        return FC_OK;
    }
    return fc_fail(err, FC_UNSUPPORTED_FORMAT,
                   "Unsupported Content-Type. Allowed: multipart/form-data, application/json, "
                   "application/x-www-form-urlencoded, image/*");
}

/* What can fail is all in here, so that the caller releases a half-made body. */
static fc_status start(fc_http_body *body, const fc_http_parameters *type, fc_error *err)
{
    FC_TRY(find_type(type->value, &body->type, err));
    switch (body->type) {
    case BODY_MULTIPART: {
        const fc_http_parameter *boundary = fc_http_parameters_lookup(type, "boundary");
        if (boundary == NULL) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "Missing boundary in multipart.");
        }
        return fc_http_multipart_new((fc_bytes){ (const uint8_t *)boundary->value, boundary->size },
                                     &body->content, &body->multipart, err);
    }
    case BODY_RAW: {
        const fc_bytes field = { (const uint8_t *)"file", 4 };
        return fc_http_content_begin_file(&body->content, field, (fc_bytes){ NULL, 0 }, &body->file,
                                          err);
    }
    case BODY_JSON:
    case BODY_URLENCODED:
        body->whole.size_max = body->limits.bytes_max;
        return FC_OK;
    }
    return FC_OK;
}

fc_status fc_http_body_new(const char *content_type, const fc_http_body_limits *limits,
                           fc_http_body **out, fc_error *err)
{
    FC_ASSERT(limits != NULL);
    FC_ASSERT(out != NULL);
    if (content_type == NULL) {
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "a body without a Content-Type");
    }
    fc_http_parameters type;
    FC_TRY(fc_http_parameters_parse(content_type, &type, err));
    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_body), &memory, err));
    FC_AUTO(fc_http_body) body = memory;
    body->limits = *limits;
    fc_http_content_init(&body->content, limits->files_max, limits->file_bytes_max);
    FC_TRY(start(body, &type, err));
    *out = FC_STEAL(body);
    return FC_OK;
}

void fc_http_body_free(fc_http_body *body)
{
    if (body != NULL) {
        fc_http_multipart_free(body->multipart);
        fc_http_content_clear(&body->content);
        fc_buffer_clear(&body->whole);
        fc_memory_free(body);
    }
}

fc_status fc_http_body_feed(fc_http_body *body, fc_bytes piece, fc_error *err)
{
    FC_ASSERT(body != NULL);
    FC_ASSERT(piece.data != NULL || piece.size == 0);
    if (piece.size > body->limits.bytes_max - body->size) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "a body of more than %zu bytes",
                       body->limits.bytes_max);
    }
    body->size += piece.size;
    switch (body->type) {
    case BODY_MULTIPART:
        return fc_http_multipart_feed(body->multipart, piece, err);
    case BODY_RAW:
        return fc_buffer_append(body->file, piece.data, piece.size, err);
    case BODY_JSON:
    case BODY_URLENCODED:
        return fc_buffer_append(&body->whole, piece.data, piece.size, err);
    }
    return FC_OK;
}

static fc_status end_urlencoded(fc_http_body *body, fc_error *err)
{
    char *text = (char *)body->whole.data;
    if (text == NULL) {
        return FC_OK;
    }
    if (strlen(text) != body->whole.size) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a zero byte in the fields");
    }
    fc_http_pair pairs[FC_HTTP_FIELDS_MAX];
    size_t count = 0;
    FC_TRY(fc_http_urlencoded_parse(text, pairs, FC_HTTP_FIELDS_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        const fc_bytes name = { (const uint8_t *)pairs[i].name, strlen(pairs[i].name) };
        const fc_bytes value = { (const uint8_t *)pairs[i].value, strlen(pairs[i].value) };
        FC_TRY(fc_http_names_base64(name)
                   ? fc_http_add_base64(&body->content, name, value, err)
                   : fc_http_content_add_field(&body->content, name, value, err));
    }
    fc_buffer_clear(&body->whole); /* fields and files are copies */
    return FC_OK;
}

fc_status fc_http_body_end(fc_http_body *body, fc_error *err)
{
    FC_ASSERT(body != NULL);
    switch (body->type) {
    case BODY_MULTIPART:
        return fc_http_multipart_end(body->multipart, err);
    case BODY_RAW:
        fc_http_content_end_file(&body->content);
        return FC_OK;
    case BODY_URLENCODED:
        return end_urlencoded(body, err);
    case BODY_JSON: {
        const fc_status status =
            fc_http_json_parse(fc_buffer_bytes(&body->whole), &body->content, err);
        fc_buffer_clear(&body->whole); /* the files are decoded: the text is no longer wanted */
        return status;
    }
    }
    return FC_OK;
}

const fc_http_content *fc_http_body_content(const fc_http_body *body)
{
    FC_ASSERT(body != NULL);
    return &body->content;
}
