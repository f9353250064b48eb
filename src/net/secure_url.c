#include "net/secure_url.h"

#include <string.h>

#include "base/assert.h"
#include "net/curl.h"

static bool is_this_machine(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "[::1]") == 0;
}

bool fc_url_is_secure(const char *url, bool *plain)
{
    FC_ASSERT(url != NULL);
    FC_ASSERT(plain != NULL);
    if (fc_curl_start(NULL) != FC_OK) {
        return false;
    }
    CURLU *parsed = fc_curl.url();
    char *scheme = NULL;
    char *host = NULL;
    bool allowed = false;
    if (parsed != NULL && fc_curl.url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
        fc_curl.url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        fc_curl.url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        const bool is_plain = strcmp(scheme, "http") == 0;
        allowed = strcmp(scheme, "https") == 0 || (is_plain && is_this_machine(host));
        *plain = allowed ? is_plain : *plain;
    }
    fc_curl.free(scheme);
    fc_curl.free(host);
    fc_curl.url_cleanup(parsed);
    return allowed;
}
