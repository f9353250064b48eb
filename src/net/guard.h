/**
 * Guard: the rules for every transfer to an address from a stranger. The address is checked just
 * before the connection is made (net/address.h): the name is not resolved a second time, so it
 * cannot change in between. Redirects, proxies, cookies, netrc and other protocols than HTTP are
 * not used. Any thread, each guard by one at a time.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/** Of one transfer; lives as long as its handle. */
typedef struct fc_guard {
    const char *allow; /* ADDRESS:PORT of hosts that need not be public, with commas; borrowed */
    bool has_tried;    /* an address that may be connected to */
    bool has_refused;  /* all addresses so far */
} fc_guard;

/** Bind a handle to the guard and to https, or http as well. False: memory ran out, and the handle
 *  must not be used. */
bool fc_guard_apply(fc_guard *guard, CURL *handle, const char *url, bool plain_http);
