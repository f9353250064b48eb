#include "net/curl.h"

#include <pthread.h>

#include "base/assert.h"

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

void fc_curl_start(void)
{
    (void)pthread_once(&started, start);
}

bool fc_curl_set_up(CURL *handle, const char *url, bool plain_http)
{
    FC_ASSERT(handle != NULL && url != NULL);
    const char *protocols = plain_http ? "https,http" : "https";
    (void)curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    /* Texts are copied: without memory for them any protocol would do. */
    return curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols) == CURLE_OK;
}

bool fc_curl_add_header(struct curl_slist **headers, const char *line)
{
    FC_ASSERT(headers != NULL && line != NULL);
    struct curl_slist *longer = curl_slist_append(*headers, line);
    *headers = longer != NULL ? longer : *headers;
    return longer != NULL;
}
