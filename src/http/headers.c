#include "http/headers.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
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
    bool found = false;
    for (size_t i = 0; i < request->headers.count && !found; i++) {
        const fc_http_pair *line = &request->headers.items[i];
        found = strcasecmp(line->name, header) == 0 && fc_http_quality(line->value, item) > 0;
    }
    return found;
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
