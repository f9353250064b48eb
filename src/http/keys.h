/**
 * Keys: which API keys may use the service. Only hashes are kept; comparing takes the same time for
 * every given key. Constant after fc_http_keys_parse; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/error.h"
#include "http/limits.h"
#include "http/request.h"

typedef struct fc_http_keys {
    char digests[FC_HTTP_KEYS_MAX][FC_DIGEST_SIZE];
    size_t count; /* 0: everyone may */
} fc_http_keys;

/**
 * Read a comma-separated list; spaces around a key do not belong to it.
 *
 * Errors: FC_INVALID_ARGUMENT (nothing between two commas, more than FC_HTTP_KEYS_MAX).
 */
FC_MUST_CHECK fc_status fc_http_keys_parse(const char *list, fc_http_keys *out, fc_error *err);

/**
 * Whether it is one of the keys.
 *
 * key    NULL where the client gave none
 * name   on success, the first digits of its hash: tells keys apart, gives none away
 */
bool fc_http_keys_check(const fc_http_keys *keys, const char *key,
                        char name[FC_HTTP_KEY_NAME_SIZE]);

/** The key of a request: X-API-Key, or Authorization: Bearer; NULL where there is neither. */
const char *fc_http_keys_given(const char *x_api_key, const char *authorization);
