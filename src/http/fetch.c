#include "http/fetch.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "http/address.h"
#include "image/format.h"

/* A host that sends less than this for so long is given up. */
#define SPEED_MIN_BYTES 1024L
#define SPEED_TIME_S 5L

/* By so many bytes every type of picture is known. */
#define SNIFFED_BYTES 64

/* One address on the way. */
typedef struct transfer {
    const fc_fetch_rules *rules;
    fc_buffer *out;
    fc_status refused; /* why we hung up; FC_OK: we did not */
} transfer;

static atomic_int under_way;
static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start_library(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void free_handle(CURL **handle)
{
    curl_easy_cleanup(*handle);
}

/* The last step before connecting: what is checked here is what is connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    transfer *now = context;
    if (purpose != CURLSOCKTYPE_IPCXN ||
        (!fc_address_is_public(&to->addr) && !fc_address_in_list(&to->addr, now->rules->allow))) {
        now->refused = FC_INVALID_ARGUMENT;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
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

/* A redirect has a body as well, which nobody wants. */
static size_t skip_redirect(char *data, size_t one, size_t count, void *context)
{
    (void)data;
    (void)context;
    return one * count;
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
    switch ((int)now->refused) {
    case FC_INVALID_ARGUMENT:
        return fc_fail(err, FC_INVALID_ARGUMENT, "the address is not one of the public internet");
    case FC_LIMIT_EXCEEDED:
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a file of more than the %zu bytes that are accepted",
                       now->rules->bytes_max);
    case FC_UNSUPPORTED_FORMAT:
        return fc_fail(err, FC_UNSUPPORTED_FORMAT, "what was fetched is no picture");
    case FC_OUT_OF_MEMORY:
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
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
                       curl_easy_strerror(code));
    }
    return fc_fail(err, FC_NOT_FOUND, "the other host answered %ld", answer);
}

static void set_up(CURL *handle, const char *url, transfer *now, int64_t left_ms)
{
    const bool http = now->rules->scheme == FC_FETCH_HTTP;
    /* Texts are copied: without memory for them any protocol would do, and any proxy. */
    const bool whole = curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
                       curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR,
                                        http ? "https,http" : "https") == CURLE_OK &&
                       curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK;
    now->refused = whole ? FC_OK : FC_OUT_OF_MEMORY;
    (void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
    (void)curl_easy_setopt(handle, CURLOPT_USERAGENT, "facecraft");
    (void)curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    (void)curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, now);
    (void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    (void)curl_easy_setopt(handle, CURLOPT_WRITEDATA, now);
    (void)curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)now->rules->bytes_max);
    (void)curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)left_ms);
    (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, SPEED_MIN_BYTES);
    (void)curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, SPEED_TIME_S);
}

/* Whether the answer is a redirect is known before its body comes, but only to the header. */
static size_t look_at_header(char *line, size_t one, size_t count, void *context)
{
    CURL *handle = context;
    long code = 0;
    (void)line;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    if (code >= 300) { /* a redirect or an error page is not the picture */
        (void)curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, skip_redirect);
    }
    return one * count;
}

/* One address. A redirect leaves the next one in `next`, else that is empty. */
static fc_status fetch_one(const fc_fetch_rules *rules, const char *url, int64_t until_us,
                           fc_buffer *next, fc_buffer *out, fc_error *err)
{
    const int64_t left_ms = (until_us - fc_clock_us()) / 1000;
    __attribute__((cleanup(free_handle))) CURL *handle = curl_easy_init();
    transfer now = { rules, out, FC_OK };
    if (handle == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    set_up(handle, url, &now, left_ms > 1 ? left_ms : 1);
    if (now.refused != FC_OK) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    (void)curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, look_at_header);
    (void)curl_easy_setopt(handle, CURLOPT_HEADERDATA, handle);
    const CURLcode code = curl_easy_perform(handle);
    long answer = 0;
    char *redirect = NULL;
    (void)curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
    (void)curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &redirect);
    fc_buffer_clear(next);
    if (code == CURLE_OK && now.refused == FC_OK && redirect != NULL) {
        return fc_buffer_append(next, redirect, strlen(redirect), err);
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
    (void)pthread_once(&started, start_library);
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
