#define _GNU_SOURCE /* stpcpy */
#include "http/headers.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/number.h"

/* ---- headers --------------------------------------------------------------------------------- */

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* What one reader may take from the first and another from the last. */
static const char *const SINGLE[] = {
    "Authorization", "Content-Encoding", "Content-Length", "Content-Type",      "Host",
    "Expect",        "Origin",           "Range",          "Transfer-Encoding", "X-API-Key",
};

/* A token of RFC 9110: no space before the colon, nothing that looks like another line. */
static bool is_token(const char *name)
{
    const size_t length = strspn(name, DIGITS LETTERS "!#$%&'*+-.^_`|~");
    return length > 0 && name[length] == '\0';
}

static bool is_value(const char *value)
{
    for (; *value != '\0'; value++) {
        if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f) {
            return false;
        }
    }
    return true;
}

static fc_status check_single(fc_http_pairs headers, fc_error *err)
{
    for (size_t i = 0; i < sizeof SINGLE / sizeof SINGLE[0]; i++) {
        size_t count = 0;
        for (size_t k = 0; k < headers.count; k++) {
            count += strcasecmp(headers.items[k].name, SINGLE[i]) == 0 ? 1 : 0;
        }
        if (count > 1) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "header %s came twice", SINGLE[i]);
        }
    }
    return FC_OK;
}

static const char *lookup(fc_http_pairs headers, const char *name)
{
    const fc_http_request request = { .headers = headers };
    return fc_http_header(&request, name);
}

static fc_status read_length(const char *text, uint64_t *out, fc_error *err)
{
    const size_t digits = strspn(text, DIGITS);
    if (digits == 0 || text[digits] != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a Content-Length that is not plain digits");
    }
    uint64_t value = 0;
    for (; *text != '\0'; text++) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value)) {
            value = UINT64_MAX; /* too large is answered with 413, however large it is */
            break;
        }
    }
    *out = value;
    return FC_OK;
}

fc_status fc_http_headers_check(fc_http_pairs headers, fc_http_framing *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    for (size_t i = 0; i < headers.count; i++) {
        if (!is_token(headers.items[i].name) || !is_value(headers.items[i].value)) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "a malformed header");
        }
    }
    FC_TRY(check_single(headers, err));
    const char *length = lookup(headers, "Content-Length");
    const char *encoding = lookup(headers, "Transfer-Encoding");
    if (length != NULL && encoding != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "Content-Length with Transfer-Encoding");
    }
    if (encoding != NULL && strcasecmp(encoding, "chunked") != 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a Transfer-Encoding other than chunked");
    }
    fc_http_framing framing = { .chunked = encoding != NULL };
    if (length != NULL) {
        FC_TRY(read_length(length, &framing.length, err));
    }
    framing.has_body = framing.chunked || framing.length > 0;
    *out = framing;
    return FC_OK;
}

static bool comes_again(fc_http_pairs headers, size_t from, const char *name)
{
    bool again = false;
    for (size_t i = from; i < headers.count && !again; i++) {
        again = strcasecmp(headers.items[i].name, name) == 0;
    }
    return again;
}

/* All lines of this name from here on; returns where the next text begins. */
static char *write_joined(fc_http_pairs headers, size_t from, const char *name, char *out)
{
    const char *between = "";
    for (size_t i = from; i < headers.count; i++) {
        const char *value = headers.items[i].value;
        if (strcasecmp(headers.items[i].name, name) == 0 && value[0] != '\0') {
            out = stpcpy(stpcpy(out, between), value);
            between = ", ";
        }
    }
    *out = '\0';
    return out + 1;
}

fc_status fc_http_headers_join(fc_http_pair *headers, size_t *count, char **text, fc_error *err)
{
    FC_ASSERT((headers != NULL || *count == 0) && text != NULL && *text == NULL);
    const fc_http_pairs all = { headers, *count };
    size_t size = 0;
    bool again = false;
    for (size_t i = 0; i < all.count; i++) {
        size += strlen(headers[i].value) + strlen(", ");
        again = again || comes_again(all, i + 1, headers[i].name);
    }
    if (!again) {
        return FC_OK;
    }
    FC_TRY(fc_memory_new(size, 1, (void **)text, err));
    char *at = *text;
    size_t kept = 0; /* at most `i`: what is still to be joined is there */
    for (size_t i = 0; i < all.count; i++) {
        const fc_http_pair line = headers[i];
        if (comes_again((fc_http_pairs){ headers, kept }, 0, line.name)) {
            continue;
        }
        const char *value = line.value;
        if (comes_again(all, i + 1, line.name)) {
            value = at;
            at = write_joined(all, i, line.name, at);
        }
        headers[kept++] = (fc_http_pair){ line.name, value };
    }
    *count = kept;
    return FC_OK;
}

bool fc_http_id_is_valid(const char *id)
{
    FC_ASSERT(id != NULL);
    const size_t length = strspn(id, DIGITS LETTERS "._-");
    return length > 0 && length < FC_HTTP_ID_SIZE && id[length] == '\0';
}

/* The "q" among the parameters of an item; 1 where there is none. */
static double quality_of(const char *item, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        if (item[at] != ';') {
            continue;
        }
        at += 1 + strspn(item + at + 1, " \t");
        if (at + 1 < size && (item[at] == 'q' || item[at] == 'Q') && item[at + 1] == '=') {
            char number[8] = "";
            const size_t length = strspn(item + at + 2, DIGITS ".");
            double value = 0;
            memcpy(number, item + at + 2, length < sizeof number ? length : 0);
            return fc_parse_real(number, &value) && value <= 1 ? value : 1;
        }
        at--;
    }
    return 1;
}

double fc_http_quality(const char *header, const char *item)
{
    FC_ASSERT(item != NULL);
    const size_t wanted = strlen(item);
    for (const char *at = header; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        const size_t size = strcspn(at, ",");
        if (strcspn(at, " \t;,") == wanted && strncasecmp(at, item, wanted) == 0) {
            return quality_of(at, size);
        }
        at += size;
    }
    return -1;
}

static size_t number_of(const char *tag, const char *const *known, size_t count)
{
    const size_t size = strcspn(tag, "-");
    size_t i = 0;
    while (i < count && (strlen(known[i]) != size || strncasecmp(known[i], tag, size) != 0)) {
        i++;
    }
    return i;
}

size_t fc_http_language(const char *header, const char *const *known, size_t count)
{
    FC_ASSERT(known != NULL);
    for (const char *at = header; at != NULL && *at != '\0';) {
        char tag[32];
        at += strspn(at, " \t,");
        (void)snprintf(tag, sizeof tag, "%.*s", (int)strcspn(at, " \t,;"), at);
        const size_t number = number_of(tag, known, count);
        if (number < count && fc_http_quality(at, tag) > 0) {
            return number;
        }
        at += strcspn(at, ",");
    }
    return 0;
}

bool fc_http_takes_gzip(const char *accept_encoding)
{
    const double named = fc_http_quality(accept_encoding, "gzip");
    const double any = fc_http_quality(accept_encoding, "*");
    const double plain = fc_http_quality(accept_encoding, "identity");
    const double gzip = named >= 0 ? named : any;
    return gzip > 0 && gzip >= plain;
}

bool fc_http_lists(const fc_http_request *request, const char *header, const char *item)
{
    FC_ASSERT(request != NULL && header != NULL);
    return fc_http_quality(fc_http_header(request, header), item) > 0;
}

/* ---- raw head -------------------------------------------------------------------------------- */

/* A line that was ended by CR and LF, or by LF, both made zero: `after` begins the next one. The
 * addresses are compared as numbers: a text that was moved is elsewhere. */
static bool follows(const char *line_end, const char *after)
{
    const uintptr_t end = (uintptr_t)line_end;
    const uintptr_t next = (uintptr_t)after;
    return next == end + 1 || (next == end + 2 && line_end[1] == '\0');
}

/* The value begins behind the name, the colon and spaces. */
static bool belongs(const char *name, const char *value)
{
    const char *at = name + strlen(name) + 1;
    at += strspn(at, " \t");
    return at == value;
}

bool fc_http_raw_head_is_plain(const fc_http_raw_head *head)
{
    FC_ASSERT(head != NULL && head->start != NULL && head->version != NULL);
    if ((uintptr_t)head->version != (uintptr_t)head->target_end + 1) {
        return false;
    }
    const char *line_end = head->version + strlen(head->version);
    for (size_t i = 0; i < head->headers.count; i++) {
        const fc_http_pair *header = &head->headers.items[i];
        if (!follows(line_end, header->name) || !belongs(header->name, header->value)) {
            return false;
        }
        line_end = header->value + strlen(header->value);
    }
    /* The last line's end and the empty line. */
    const uintptr_t end = (uintptr_t)head->start + head->size;
    return end >= (uintptr_t)line_end + 2 && end <= (uintptr_t)line_end + 4;
}
