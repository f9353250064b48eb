#include "net/curl.h"

#include <pthread.h>

#include "base/assert.h"

static fc_error outcome;

static void start(void)
{
    outcome.status = fc_libcurl_load(&outcome);
    if (outcome.status == FC_OK) {
        (void)fc_curl.global_init(CURL_GLOBAL_DEFAULT);
    }
}

fc_status fc_curl_start(fc_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, start);
    return outcome.status == FC_OK ? FC_OK : fc_fail(err, outcome.status, "%s", outcome.text);
}

bool fc_curl_set_up(CURL *handle, const char *url, bool plain_http)
{
    FC_ASSERT(handle != NULL && url != NULL);
    const char *protocols = plain_http ? "https,http" : "https";
    (void)fc_curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    (void)fc_curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    (void)fc_curl.easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    /* Texts are copied: without memory for them any protocol would do. */
    return fc_curl.easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
           fc_curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           fc_curl.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols) == CURLE_OK;
}

bool fc_curl_add_header(struct curl_slist **headers, const char *line)
{
    FC_ASSERT(headers != NULL && line != NULL);
    struct curl_slist *longer = fc_curl.slist_append(*headers, line);
    *headers = longer != NULL ? longer : *headers;
    return longer != NULL;
}
