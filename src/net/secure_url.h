/** Secure URL: addresses that secrets and models may travel to: https everywhere, http only to this
 * machine. Any thread. */
#pragma once

#include <stdbool.h>

/** Whether this address may be used; none may before fc_curl_start (net/curl.h), which tells why,
 * has succeeded. `plain`: it is http; unchanged where it may not. */
bool fc_url_is_secure(const char *url, bool *plain);
