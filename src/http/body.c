#include "http/body.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "http/content.h"
#include "http/json_body.h"
#include "http/multipart.h"
#include "http/parameters.h"
#include "http/urlencoded.h"
#include "image/format.h"

/* By so many bytes every type of picture is known. */
#define SNIFFED_BYTES 64

/* What curl calls a body that it was not told the type of. */
#define FORM_TYPE "application/x-www-form-urlencoded"

#define HOW_TO_SEND                                                                                \
    "; send a picture as curl -F file=@photo.jpg, or as "                                          \
    "curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg"

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
    bool unnamed;    /* it may be a picture that is called a form; not looked at yet */
    bool untyped;    /* it was called nothing at all */
    size_t size;
    bool ended;
};

static fc_status find_type(const char *word, body_type *out, fc_error *err)
{
    static const struct {
        const char *word;
        body_type type;
    } TYPES[] = {
        { "multipart/form-data", BODY_MULTIPART },
        { FORM_TYPE, BODY_URLENCODED },
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
                   "application/x-www-form-urlencoded, image/*" HOW_TO_SEND);
}

static fc_status begin_file(fc_http_body *body, fc_error *err)
{
    const fc_bytes field = { (const uint8_t *)"file", 4 };
    return fc_http_content_begin_file(&body->content, field, (fc_bytes){ NULL, 0 }, &body->file,
                                      err);
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
    case BODY_RAW:
        return begin_file(body, err);
    case BODY_JSON:
    case BODY_URLENCODED:
        body->unnamed = body->type == BODY_URLENCODED;
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
    const char *type_text = content_type != NULL ? content_type : FORM_TYPE;
    fc_http_parameters type;
    FC_TRY(fc_http_parameters_parse(type_text, &type, err));
    void *memory = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof(fc_http_body), &memory, err));
    FC_AUTO(fc_http_body) body = memory;
    body->limits = *limits;
    body->untyped = content_type == NULL;
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

static fc_status feed(fc_http_body *body, fc_bytes piece, fc_error *err)
{
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

/* What was read so far begins the file; nothing is copied. */
static fc_status become_file(fc_http_body *body, fc_error *err)
{
    FC_TRY(begin_file(body, err));
    const size_t size_max = body->file->size_max;
    *body->file = body->whole;
    body->file->size_max = size_max;
    body->whole = FC_BUFFER(0);
    body->type = BODY_RAW;
    if (body->file->size > size_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "more than %zu bytes", size_max);
    }
    return FC_OK;
}

/* A picture that is called a form, as curl does unless it is told the type, becomes a file. Every
 * picture has a zero byte at its start and no form has. */
static fc_status recognize(fc_http_body *body, fc_error *err)
{
    const size_t size = body->whole.size < SNIFFED_BYTES ? body->whole.size : SNIFFED_BYTES;
    const fc_bytes start = { body->whole.data, size };
    const bool looks = fc_format_sniff(start) != FC_FORMAT_UNKNOWN;
    const bool has_zero = size > 0 && memchr(start.data, 0, size) != NULL;
    body->unnamed = false;
    if (looks && !has_zero && start.data[0] >= 0x80) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "a picture that lost its zero bytes on the way, as by curl -d" HOW_TO_SEND);
    }
    if (looks && has_zero) {
        return become_file(body, err);
    }
    return body->untyped
               ? fc_fail(err, FC_UNSUPPORTED_FORMAT, "a body without a Content-Type" HOW_TO_SEND)
               : FC_OK;
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
    FC_TRY(feed(body, piece, err));
    return body->unnamed && body->whole.size >= SNIFFED_BYTES ? recognize(body, err) : FC_OK;
}

/* Clients that do not encode the "+" of base64 get a space for it. */
static void restore_plus(char *text)
{
    for (; *text != '\0'; text++) {
        *text = *text == ' ' ? '+' : *text;
    }
}

static fc_status end_urlencoded(fc_http_body *body, fc_error *err)
{
    char *text = (char *)body->whole.data;
    if (text == NULL) {
        return FC_OK;
    }
    if (strlen(text) != body->whole.size) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a form with a zero byte" HOW_TO_SEND);
    }
    fc_http_pair pairs[FC_HTTP_FIELDS_MAX];
    size_t count = 0;
    FC_TRY(fc_http_urlencoded_parse(text, pairs, FC_HTTP_FIELDS_MAX, &count, err));
    for (size_t i = 0; i < count; i++) {
        const fc_bytes name = { (const uint8_t *)pairs[i].name, strlen(pairs[i].name) };
        const bool encoded = fc_http_names_base64(name);
        if (encoded) {
            restore_plus((char *)(uintptr_t)pairs[i].value);
        }
        const fc_bytes value = { (const uint8_t *)pairs[i].value, strlen(pairs[i].value) };
        FC_TRY(encoded ? fc_http_add_base64(&body->content, name, value, err)
                       : fc_http_content_add_field(&body->content, name, value, err));
    }
    fc_buffer_clear(&body->whole); /* fields and files are copies */
    return FC_OK;
}

fc_status fc_http_body_end(fc_http_body *body, fc_error *err)
{
    FC_ASSERT(body != NULL);
    if (body->unnamed) {
        FC_TRY(recognize(body, err));
    }
    body->ended = true;
    switch (body->type) {
    case BODY_MULTIPART:
        return fc_http_multipart_end(body->multipart, err);
    case BODY_RAW:
        fc_http_content_end_file(&body->content);
        return FC_OK;
    case BODY_URLENCODED:
        return end_urlencoded(body, err);
    case BODY_JSON: {
        const fc_status status = fc_http_json_parse(&body->whole, &body->content, err);
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

size_t fc_http_body_memory(const fc_http_body *body, size_t more)
{
    FC_ASSERT(body != NULL);
    if (body->ended) {
        return fc_http_content_memory(&body->content);
    }
    size_t encoded = body->type == BODY_MULTIPART ? fc_http_multipart_encoded(body->multipart)
                                                  : body->whole.size;
    encoded += encoded > 0 || body->type == BODY_JSON || body->type == BODY_URLENCODED ? more : 0;
    return fc_buffer_capacity_max(body->size + more) + encoded - encoded / 8;
}

fc_buffer fc_http_body_take(fc_http_body *body, const fc_http_file *file)
{
    FC_ASSERT(body != NULL && file != NULL);
    FC_ASSERT(body->ended);
    return fc_http_content_take(&body->content, file);
}
