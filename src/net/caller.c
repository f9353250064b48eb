#include "net/caller.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/text.h"
#include "facecraft_version.h"
#include "net/curl.h"
#include "net/secure_url.h"

#define CONNECT_TIMEOUT_S 20L

struct fc_caller {
    CURL *curl;
    char *ca_file;
    int32_t timeout_s;
};

fc_status fc_caller_new(const char *ca_file, int32_t timeout_s, fc_caller **out, fc_error *err)
{
    FC_ASSERT(timeout_s > 0);
    FC_TRY(fc_curl_start(err));
    FC_AUTO(fc_caller) caller = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *caller, (void **)&caller, err));
    caller->timeout_s = timeout_s;
    if (ca_file != NULL) {
        FC_TRY(fc_text_copy(ca_file, &caller->ca_file, err));
    }
    caller->curl = fc_curl.easy_init();
    if (caller->curl == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    *out = FC_STEAL(caller);
    return FC_OK;
}

void fc_caller_free(fc_caller *caller)
{
    if (caller != NULL) {
        fc_curl.easy_cleanup(caller->curl);
        fc_memory_free(caller->ca_file);
        fc_memory_free(caller);
    }
}

static size_t take(char *bytes, size_t one, size_t count, void *context)
{
    FC_ASSERT(one == 1);
    return fc_buffer_append(context, bytes, count, NULL) == FC_OK ? count : 0;
}

static bool add_headers(const fc_call *call, struct curl_slist **headers)
{
    char type[128];
    (void)snprintf(type, sizeof type, "Content-Type: %s",
                   call->content_type != NULL ? call->content_type : "");
    return fc_curl_add_header(headers, "Expect:") &&
           fc_curl_add_header(headers, "Accept: application/json") &&
           (call->content_type == NULL || fc_curl_add_header(headers, type));
}

static bool set_body(CURL *curl, const fc_call *call)
{
    return call->content_type == NULL ||
           (fc_curl.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size) ==
                CURLE_OK &&
            fc_curl.easy_setopt(curl, CURLOPT_POSTFIELDS,
                                call->body.size > 0 ? (const char *)call->body.data : "") ==
                CURLE_OK);
}

static bool set_up(const fc_caller *caller, const fc_call *call, bool plain,
                   const struct curl_slist *headers, fc_buffer *body, char *reason)
{
    CURL *curl = caller->curl;
    fc_curl.easy_reset(curl); /* connections stay */
    return fc_curl_set_up(curl, call->url, plain) && set_body(curl, call) &&
           fc_curl.easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           (call->token == NULL ||
            (fc_curl.easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) == CURLE_OK &&
             fc_curl.easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, call->token) == CURLE_OK)) &&
           (caller->ca_file == NULL ||
            fc_curl.easy_setopt(curl, CURLOPT_CAINFO, caller->ca_file) == CURLE_OK) &&
           fc_curl.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_TIMEOUT, (long)caller->timeout_s) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_USERAGENT, "facecraft/" FC_VERSION) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_ERRORBUFFER, reason) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           fc_curl.easy_setopt(curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
}

static void read_facts(const fc_caller *caller, fc_call_answer *answer)
{
    long status = 0;
    curl_off_t wait_s = 0;
    (void)fc_curl.easy_getinfo(caller->curl, CURLINFO_RESPONSE_CODE, &status);
    (void)fc_curl.easy_getinfo(caller->curl, CURLINFO_RETRY_AFTER, &wait_s);
    answer->status = (int32_t)status;
    answer->wait_ms =
        wait_s > FC_CALLER_WAIT_MAX_MS / 1000 ? FC_CALLER_WAIT_MAX_MS : 1000 * (int64_t)wait_s;
}

fc_status fc_caller_send(fc_caller *caller, const fc_call *call, fc_call_answer *answer,
                         fc_error *err)
{
    FC_ASSERT(caller != NULL);
    FC_ASSERT(call->method != NULL);
    bool plain = false;
    if (!fc_url_is_secure(call->url, &plain)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "address \"%.120s\", allowed: https, or http to this machine", call->url);
    }
    char reason[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    fc_buffer_clear(&answer->body);
    const bool ready =
        add_headers(call, &headers) && set_up(caller, call, plain, headers, &answer->body, reason);
    const CURLcode code = ready ? fc_curl.easy_perform(caller->curl) : CURLE_OUT_OF_MEMORY;
    read_facts(caller, answer);
    fc_curl.easy_reset(caller->curl); /* nothing of this call is pointed at any more */
    fc_curl.slist_free_all(headers);
    if (code == CURLE_OUT_OF_MEMORY) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "memory ran out");
    }
    if (code == CURLE_WRITE_ERROR) {
        return fc_fail(err, FC_LIMIT_EXCEEDED, "an answer of more than %zu bytes",
                       answer->body.size_max);
    }
    return code == CURLE_OK ? FC_OK
                            : fc_fail(err, FC_IO, "%.100s: %.120s", call->url,
                                      reason[0] != '\0' ? reason : fc_curl.easy_strerror(code));
}
