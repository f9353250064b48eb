/**
 * Fetch: a picture that a client names by its address on the web, where the operator allows that.
 *
 * Each connection goes to the very address that was checked (net/address.h): the name is not
 * resolved a second time, so it cannot change in between. Proxies, cookies and other protocols are
 * not used. Any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"

/** Redirects that are followed, each of them checked like the first address. */
#define FC_FETCH_REDIRECTS_MAX 3

/** Fetches at the same time, in the whole program. */
#define FC_FETCHES_MAX 8

typedef struct fc_fetch_rules {
    fc_choice scheme;  /* FC_FETCH_OFF, _HTTPS or _HTTP of config: off, https, or http as well */
    const char *allow; /* ADDRESS:PORT of hosts that need not be public, with commas */
    size_t bytes_max;
    int32_t timeout_s; /* of all together */
} fc_fetch_rules;

/**
 * Fetch a picture.
 *
 * url   as the client gave it
 * out   empty; bounded by bytes_max
 *
 * Errors: FC_INVALID_ARGUMENT (fetching is off, another scheme, no URL, an address that is not
 * public), FC_LIMIT_EXCEEDED (too large), FC_UNSUPPORTED_FORMAT (no picture), FC_DEADLINE, FC_BUSY
 * (FC_FETCHES_MAX are under way), FC_NOT_FOUND (anything else that the other host did),
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_fetch(const fc_fetch_rules *rules, const char *url, fc_buffer *out,
                                 fc_error *err);
