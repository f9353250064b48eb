#include "http/json_outline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"
#include "http/limits.h"

/* A body on its way to its outline. */
typedef struct scan {
    fc_bytes body;
    size_t at;
    size_t copied; /* up to here the outline has it */
    size_t signs;
} scan;

static fc_status copy_up_to(scan *now, size_t end, fc_json_outline *out, fc_error *err)
{
    const fc_status status =
        fc_buffer_append(&out->text, now->body.data + now->copied, end - now->copied, err);
    now->copied = end;
    return status != FC_LIMIT_EXCEEDED
               ? status
               : fc_fail(err, status, "JSON of more than %zu bytes without its files",
                         out->text.size_max);
}

/* From behind the opening quote to the closing one. */
static fc_status find_end(scan *now, fc_error *err)
{
    const fc_bytes body = now->body;
    while (now->at < body.size && body.data[now->at] != '"') {
        const uint8_t byte = body.data[now->at];
        if (byte < 0x20) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a JSON text with a control byte");
        }
        if (byte == '\\' && body.size - now->at >= 6 &&
            memcmp(body.data + now->at + 1, "u0000", 5) == 0) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a zero byte in a text");
        }
        now->at += byte == '\\' ? 2 : 1;
    }
    if (now->at >= body.size) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a JSON text without an end");
    }
    return FC_OK;
}

/* `at` is the closing quote. */
static bool is_name(const scan *now)
{
    size_t at = now->at + 1;
    while (at < now->body.size && memchr(" \t\r\n", now->body.data[at], 4) != NULL) {
        at++;
    }
    return at < now->body.size && now->body.data[at] == ':';
}

static fc_status keep_string(fc_json_outline *out, fc_bytes string, fc_error *err)
{
    FC_TRY(fc_array_make_room((void **)&out->strings, out->count, sizeof *out->strings, err));
    out->strings[out->count++] = string;
    return FC_OK;
}

/* `at` is the opening quote, and the byte behind the closing one afterwards. */
static fc_status take_string(scan *now, fc_json_outline *out, fc_error *err)
{
    const size_t start = ++now->at;
    FC_TRY(find_end(now, err));
    const fc_bytes string = { now->body.data + start, now->at - start };
    if (string.size > FC_JSON_LONG) {
        if (is_name(now)) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a field name of %zu bytes; 1 to %d of UTF-8",
                           string.size, FC_HTTP_FIELD_NAME_MAX);
        }
        FC_TRY(copy_up_to(now, start, out, err));
        FC_TRY(fc_buffer_print(&out->text, err, "\\u0000%zu", out->count));
        FC_TRY(keep_string(out, string, err));
        now->copied = now->at;
    }
    now->at++;
    return FC_OK;
}

fc_status fc_json_outline_make(fc_bytes body, size_t signs_max, fc_json_outline *out, fc_error *err)
{
    FC_ASSERT(body.data != NULL || body.size == 0);
    FC_ASSERT(out != NULL && out->count == 0);
    out->text = FC_BUFFER(FC_HTTP_BODY_OVERHEAD);
    scan now = { .body = body };
    while (now.at < body.size) {
        switch (body.data[now.at]) {
        case '"':
            FC_TRY(take_string(&now, out, err));
            continue;
        case '[':
        case '{':
        case ',':
        case ':':
            if (++now.signs > signs_max) {
                return fc_fail(err, FC_INVALID_ARGUMENT,
                               "JSON of more than %zu lists, objects and values", signs_max);
            }
            break;
        default:
            break;
        }
        now.at++;
    }
    return body.size > 0 ? copy_up_to(&now, body.size, out, err) : FC_OK;
}

void fc_json_outline_clear(fc_json_outline *outline)
{
    FC_ASSERT(outline != NULL);
    fc_buffer_clear(&outline->text);
    fc_memory_free(outline->strings);
    *outline = (fc_json_outline){ 0 };
}

fc_bytes fc_json_outline_lookup(const fc_json_outline *outline, const char *text, size_t size)
{
    FC_ASSERT(outline != NULL && text != NULL);
    const size_t number = size > 1 && text[0] == '\0' ? strtoul(text + 1, NULL, 10) : SIZE_MAX;
    return number < outline->count ? outline->strings[number] : (fc_bytes){ NULL, 0 };
}

static char letter_of(const char *escape)
{
    switch (escape[0]) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u': {
        char digits[5] = "";
        memcpy(digits, escape + 1, 4);
        const unsigned long code = strtoul(digits, NULL, 16);
        return code > 0 && code < 0x80 ? (char)code : '\xff';
    }
    default:
        return strchr("\"\\/", escape[0]) != NULL ? escape[0] : '\xff';
    }
}

size_t fc_json_unescape(char *text, size_t size)
{
    FC_ASSERT(text != NULL);
    char *end = text;
    for (size_t at = 0; at < size; at++) {
        const char *escape = text + at + 1;
        if (text[at] != '\\') {
            *end++ = text[at];
        } else if (size - at < (*escape == 'u' ? 6u : 2u)) {
            *end++ = '\xff';
            break;
        } else {
            at += *escape == 'u' ? 5 : 1;
            *end++ = letter_of(escape);
        }
    }
    return (size_t)(end - text);
}
