/**
 * Curl: what each transfer of libcurl begins with, whoever has named its address: a stranger
 * (net/guard.h) or the operator (net/secure_url.h). Any thread.
 */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/** Make libcurl ready, once. */
void fc_curl_start(void);

/**
 * Bind a new handle to an address and to https, or http as well. Neither redirects are followed nor
 * is a netrc read, and no signals are used; who follows redirects does so by the same protocols.
 * False: memory ran out, and the handle must not be used.
 */
bool fc_curl_set_up(CURL *handle, const char *url, bool plain_http);

/** Append "Name: value" to a list that is freed whole, also after a failure. False: memory ran
 *  out. */
bool fc_curl_add_header(struct curl_slist **headers, const char *line);
