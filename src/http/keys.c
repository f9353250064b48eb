#include "http/keys.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"

fc_status fc_http_keys_parse(const char *list, fc_http_keys *out, fc_error *err)
{
    FC_ASSERT(list != NULL);
    FC_ASSERT(out != NULL);
    fc_http_keys keys = { .count = 0 };
    const char *at = list + strspn(list, " \t\r\n");
    while (*at != '\0') {
        const size_t size = strcspn(at, ",");
        size_t length = size;
        while (length > 0 && strchr(" \t\r\n", at[length - 1]) != NULL) {
            length--;
        }
        if (length == 0 || keys.count == FC_HTTP_KEYS_MAX) {
            return fc_fail(err, FC_INVALID_ARGUMENT,
                           "an empty key or more than %d; allowed: keys with commas between",
                           FC_HTTP_KEYS_MAX);
        }
        fc_digest_of((fc_bytes){ (const uint8_t *)at, length }, keys.digests[keys.count++]);
        at += size + (at[size] == ',' ? 1 : 0);
        at += strspn(at, " \t\r\n");
    }
    *out = keys;
    return FC_OK;
}

bool fc_http_keys_check(const fc_http_keys *keys, const char *key, char name[FC_HTTP_KEY_NAME_SIZE])
{
    FC_ASSERT(keys != NULL);
    char digest[FC_DIGEST_SIZE];
    const char *given = key != NULL ? key : "";
    fc_digest_of((fc_bytes){ (const uint8_t *)given, strlen(given) }, digest);
    bool found = false;
    for (size_t i = 0; i < keys->count; i++) { /* all of them, also after a hit */
        found |= fc_bytes_equal_secretly((const uint8_t *)digest, (const uint8_t *)keys->digests[i],
                                         sizeof digest);
    }
    if (!found || key == NULL) {
        return false;
    }
    (void)snprintf(name, FC_HTTP_KEY_NAME_SIZE, "%.*s", FC_HTTP_KEY_NAME_SIZE - 1, digest);
    return true;
}

const char *fc_http_keys_given(const char *x_api_key, const char *authorization)
{
    static const char SCHEME[] = "Bearer ";
    if (x_api_key != NULL) {
        return x_api_key;
    }
    if (authorization == NULL || strncasecmp(authorization, SCHEME, strlen(SCHEME)) != 0) {
        return NULL;
    }
    authorization += strlen(SCHEME);
    return authorization + strspn(authorization, " ");
}
