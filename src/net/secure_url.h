/** Secure URL: addresses that secrets and models may travel to: https everywhere, http only to this
 * machine. Any thread. */
#pragma once

#include <stdbool.h>

/** Whether this address may be used. `plain`: it is http; unchanged where it may not. */
bool fc_url_is_secure(const char *url, bool *plain);
