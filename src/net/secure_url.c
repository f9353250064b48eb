#include "net/secure_url.h"

#include <curl/curl.h>
#include <string.h>

#include "base/assert.h"

static bool is_this_machine(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "[::1]") == 0;
}

bool fc_url_is_secure(const char *url, bool *plain)
{
    FC_ASSERT(url != NULL);
    FC_ASSERT(plain != NULL);
    CURLU *parsed = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    bool allowed = false;
    if (parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        const bool is_plain = strcmp(scheme, "http") == 0;
        allowed = strcmp(scheme, "https") == 0 || (is_plain && is_this_machine(host));
        *plain = allowed ? is_plain : *plain;
    }
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parsed);
    return allowed;
}
