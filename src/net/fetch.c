#include "net/fetch.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/clock.h"
#include "image/format.h"
#include "net/curl.h"
#include "net/guard.h"

/* A host that sends less than this for so long is given up. */
#define SPEED_MIN_BYTES 1024L
#define SPEED_TIME_S 5L

/* By so many bytes every type of picture is known. */
#define SNIFFED_BYTES 64

/* Bytes of all headers of an answer. */
#define HEADERS_BYTES_MAX ((size_t)64 << 10)

/* One address on the way. */
typedef struct transfer {
    const fc_fetch_rules *rules;
    fc_buffer *out;
    CURL *handle;
    size_t header_bytes;
    fc_guard guard;
    bool answered;     /* without a picture: its body was not read */
    fc_status refused; /* why we hung up; FC_OK: we did not */
} transfer;

static atomic_int under_way;

static void free_handle(CURL **handle)
{
    fc_curl.easy_cleanup(*handle);
}

static size_t take_bytes(char *data, size_t one, size_t count, void *context)
{
    transfer *now = context;
    const size_t size = one * count;
    const fc_status status = fc_buffer_append(now->out, data, size, NULL);
    if (status != FC_OK) {
        now->refused = status;
        return 0;
    }
    if (now->out->size >= SNIFFED_BYTES &&
        fc_format_sniff(fc_buffer_bytes(now->out)) == FC_FORMAT_UNKNOWN) {
        now->refused = FC_UNSUPPORTED_FORMAT;
        return 0;
    }
    return size;
}

static bool is_allowed_scheme(const fc_fetch_rules *rules, const char *url)
{
    return strncasecmp(url, "https://", 8) == 0 ||
           (rules->scheme == FC_FETCH_HTTP && strncasecmp(url, "http://", 7) == 0);
}

static fc_status check_url(const fc_fetch_rules *rules, const char *url, fc_error *err)
{
    if (rules->scheme == FC_FETCH_OFF) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "addresses are not fetched here; the operator can allow it by "
                       "FACECRAFT_FETCH_URLS=https");
    }
    if (!is_allowed_scheme(rules, url)) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "an address that does not begin with %s",
                       rules->scheme == FC_FETCH_HTTP ? "https:// or http://" : "https://");
    }
    return FC_OK;
}

static fc_status explain(const transfer *now, CURLcode code, long answer, fc_error *err)
{
    if (now->guard.has_refused) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "the address is not one of the public internet");
    }
    switch ((int)now->refused) {
    case FC_LIMIT_EXCEEDED:
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a file of more than the %zu bytes that are accepted",
                       now->rules->bytes_max);
    case FC_UNSUPPORTED_FORMAT:
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "what was fetched is no picture");
    case FC_OUT_OF_MEMORY:
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    case FC_NOT_FOUND:
        return fc_fail(err, FC_NOT_FOUND, "the other host sent headers of more than %zu bytes",
                       HEADERS_BYTES_MAX);
    default:
        break;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return fc_fail(err, FC_DEADLINE, "the other host took longer than %d s",
                       now->rules->timeout_s);
    }
    if (code == CURLE_OUT_OF_MEMORY) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (code == CURLE_FILESIZE_EXCEEDED) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a file of more than the %zu bytes that are accepted",
                       now->rules->bytes_max);
    }
    if (code != CURLE_OK) {
        return fc_fail(err, FC_NOT_FOUND, "the address cannot be fetched: %s",
                       fc_curl.easy_strerror(code));
    }
    return fc_fail(err, FC_NOT_FOUND, "the other host answered %ld", answer);
}

/* The head of a redirect or of an error is all that is wanted of it: their bodies are as long as
 * the other host likes. */
static size_t look_at_header(char *line, size_t one, size_t count, void *context)
{
    transfer *now = context;
    const size_t size = one * count;
    now->header_bytes += size;
    if (now->header_bytes > HEADERS_BYTES_MAX) {
        now->refused = FC_NOT_FOUND;
        return 0;
    }
    long code = 0;
    (void)fc_curl.easy_getinfo(now->handle, CURLINFO_RESPONSE_CODE, &code);
    const bool is_last = size <= 2 && (line[0] == '\r' || line[0] == '\n');
    now->answered = is_last && code >= 300;
    return now->answered ? 0 : size;
}

static void set_up(CURL *handle, const char *url, transfer *now, int64_t left_ms)
{
    const bool http = now->rules->scheme == FC_FETCH_HTTP;
    now->refused = fc_guard_apply(&now->guard, handle, url, http) ? FC_OK : FC_OUT_OF_MEMORY;
    (void)fc_curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    (void)fc_curl.easy_setopt(handle, CURLOPT_WRITEDATA, now);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, look_at_header);
    (void)fc_curl.easy_setopt(handle, CURLOPT_HEADERDATA, now);
    (void)fc_curl.easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)now->rules->bytes_max);
    (void)fc_curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)left_ms);
    (void)fc_curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, SPEED_MIN_BYTES);
    (void)fc_curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, SPEED_TIME_S);
}

/* Where a redirect leads, seen from its own address; empty where the answer is none. */
static fc_status find_next(const transfer *now, const char *url, long answer, fc_buffer *next,
                           fc_error *err)
{
    struct curl_header *location = NULL;
    if (answer >= 400 ||
        fc_curl.easy_header(now->handle, "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK) {
        return FC_OK;
    }
    CURLU *parts = fc_curl.url();
    char *text = NULL;
    fc_status status = FC_OK;
    if (fc_curl.url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        fc_curl.url_set(parts, CURLUPART_URL, location->value, CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK &&
        fc_curl.url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK) {
        status = fc_buffer_append(next, text, strlen(text), err);
    }
    fc_curl.free(text);
    fc_curl.url_cleanup(parts);
    return status;
}

/* One address. A redirect leaves the next one in `next`, else that is empty. */
static fc_status fetch_one(const fc_fetch_rules *rules, const char *url, int64_t until_us,
                           fc_buffer *next, fc_buffer *out, fc_error *err)
{
    const int64_t left_ms = (until_us - fc_clock_us()) / 1000;
    __attribute__((cleanup(free_handle))) CURL *handle = fc_curl.easy_init();
    transfer now = {
        .rules = rules, .out = out, .handle = handle, .guard = { .allow = rules->allow }
    };
    if (handle == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    set_up(handle, url, &now, left_ms > 1 ? left_ms : 1);
    if (now.refused != FC_OK) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    const CURLcode code = fc_curl.easy_perform(handle);
    long answer = 0;
    (void)fc_curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
    fc_buffer_clear(next);
    if (now.answered) {
        FC_TRY(find_next(&now, url, answer, next, err));
        return next->size > 0 ? FC_OK : explain(&now, CURLE_OK, answer, err);
    }
    return code == CURLE_OK && answer == 200 ? FC_OK : explain(&now, code, answer, err);
}

static fc_status follow(const fc_fetch_rules *rules, const char *url, fc_buffer *out, fc_error *err)
{
    const int64_t until_us = fc_clock_us() + (int64_t)rules->timeout_s * 1000000;
    FC_AUTO_BUFFER(here, 16384);
    FC_AUTO_BUFFER(next, 16384);
    FC_TRY(fc_buffer_append(&here, url, strlen(url), err));
    for (int i = 0; i <= FC_FETCH_REDIRECTS_MAX; i++) {
        FC_TRY(check_url(rules, fc_buffer_text(&here), err));
        FC_TRY(fetch_one(rules, fc_buffer_text(&here), until_us, &next, out, err));
        if (next.size == 0) {
            return FC_OK;
        }
        fc_buffer_clear(&here);
        here = next;
        next = FC_BUFFER(16384);
    }
    return fc_fail(err, FC_NOT_FOUND, "more than %d redirects", FC_FETCH_REDIRECTS_MAX);
}

fc_status fc_fetch(const fc_fetch_rules *rules, const char *url, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(rules != NULL && url != NULL);
    FC_ASSERT(out != NULL && out->size == 0);
    FC_TRY(check_url(rules, url, err));
    FC_TRY(fc_curl_start(err));
    out->size_max = rules->bytes_max;
    fc_status status = FC_OK;
    if (atomic_fetch_add(&under_way, 1) >= FC_FETCHES_MAX) {
        status = fc_fail(err, FC_BUSY, "%d addresses are being fetched already", FC_FETCHES_MAX);
    } else {
        status = follow(rules, url, out, err);
    }
    atomic_fetch_sub(&under_way, 1);
    if (status == FC_OK && fc_format_sniff(fc_buffer_bytes(out)) == FC_FORMAT_UNKNOWN) {
        status = fc_fail(err, FC_UNSUPPORTED_FORMAT, "what was fetched is no picture");
    }
    if (status != FC_OK) {
        fc_buffer_clear(out);
    }
    return status;
}
