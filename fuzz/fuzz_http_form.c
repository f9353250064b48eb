/**
 * Any bytes as what else a request is made of: the first byte chooses a body type, a path with its
 * query, a file name, base64, or the value of a header.
 */
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "http/base64.h"
#include "http/body.h"
#include "http/content.h"
#include "http/headers.h"
#include "http/parameters.h"
#include "http/range.h"
#include "http/urlencoded.h"

static void read_body(const char *type, fc_bytes bytes)
{
    const fc_http_body_limits limits = { .bytes_max = 65536,
                                         .file_bytes_max = 4096,
                                         .files_max = 4 };
    FC_AUTO(fc_http_body) body = NULL;
    if (fc_http_body_new(type, &limits, &body, NULL) == FC_OK &&
        fc_http_body_feed(body, bytes, NULL) == FC_OK && fc_http_body_end(body, NULL) == FC_OK) {
        const fc_http_content *content = fc_http_body_content(body);
        for (size_t i = 0; i < content->field_count; i++) {
            FC_ASSERT(strlen(content->fields[i].value) <= FC_HTTP_FIELD_VALUE_MAX);
        }
    }
}

/* As it would be written here: one alphabet, one line, padded. */
static void normalize(fc_bytes bytes, fc_buffer *out)
{
    for (size_t i = 0; i < bytes.size; i++) {
        const char byte = (char)bytes.data[i];
        const char *other = byte == '-' ? "+" : byte == '_' ? "/" : (const char *)&bytes.data[i];
        if (strchr(" \t\r\n=", byte) == NULL || byte == '\0') {
            FC_ASSERT(fc_buffer_append(out, other, 1, NULL) == FC_OK);
        }
    }
    while (out->size % 4 != 0) {
        FC_ASSERT(fc_buffer_append(out, "=", 1, NULL) == FC_OK);
    }
}

/* What was taken apart must come back the same when it is put together. */
static void read_base64(fc_bytes bytes)
{
    FC_AUTO_BUFFER(content, 65536);
    FC_AUTO_BUFFER(text, 131072);
    if (fc_base64_decode(bytes, &content, NULL) == FC_OK) {
        FC_ASSERT(fc_base64_encode(fc_buffer_bytes(&content), &text, NULL) == FC_OK);
        FC_AUTO_BUFFER(normal, 131072);
        normalize(bytes, &normal);
        FC_ASSERT(text.size == normal.size);
        FC_ASSERT(text.size == 0 || memcmp(text.data, normal.data, text.size) == 0);
    }
}

static void read_texts(char *text)
{
    fc_http_parameters parameters;
    fc_http_range range = { 0 };
    if (fc_http_range_parse(text, 1000, &range) == FC_HTTP_RANGE_PART) {
        FC_ASSERT(range.size > 0 && range.offset + range.size <= 1000);
    }
    (void)fc_http_etag_matches(text, "\"tag\"");
    (void)fc_http_quality(text, "application/problem+json");
    (void)fc_http_id_is_valid(text);
    if (fc_http_parameters_parse(text, &parameters, NULL) == FC_OK) {
        (void)fc_http_parameters_lookup(&parameters, "name");
    }
}

static void read_file_name(fc_bytes bytes)
{
    static const fc_bytes FIELD = { (const uint8_t *)"file", 4 };
    fc_http_content content;
    fc_buffer *out = NULL;
    fc_http_content_init(&content, 1, 16);
    FC_ASSERT(fc_http_content_begin_file(&content, FIELD, bytes, &out, NULL) == FC_OK);
    fc_http_content_end_file(&content);
    FC_ASSERT(strpbrk(content.files[0].name, "/\\\"\n") == NULL);
    fc_http_content_clear(&content);
}

static void read_target(char *text)
{
    fc_http_pair pairs[8];
    size_t count = 0;
    char *query = strchr(text, '?');
    if (query != NULL) {
        *query++ = '\0';
        (void)!fc_http_urlencoded_parse(query, pairs, 8, &count, NULL);
    }
    if (fc_http_path_decode(text, NULL) == FC_OK) {
        FC_ASSERT(text[0] == '/');
        FC_ASSERT(strstr(text, "/../") == NULL && strchr(text, '\\') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 65536) {
        return 0;
    }
    const fc_bytes bytes = { data + 1, size - 1 };
    void *copy = NULL;
    FC_ASSERT(fc_memory_new(size, 1, &copy, NULL) == FC_OK);
    memcpy(copy, bytes.data, bytes.size);
    ((char *)copy)[bytes.size] = '\0';
    switch (data[0] % 6) {
    case 0:
        read_body("application/x-www-form-urlencoded", bytes);
        break;
    case 1:
        read_body("application/json", bytes);
        break;
    case 2:
        read_base64(bytes);
        break;
    case 3:
        read_target(copy);
        break;
    case 4:
        read_texts(copy);
        break;
    default:
        read_file_name(bytes);
        break;
    }
    fc_memory_free(copy);
    return 0;
}
