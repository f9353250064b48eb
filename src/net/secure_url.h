/** Secure URL: where secrets and models may travel: https everywhere, http only where nobody is on
 *  the way, to this machine. Any thread. */
#pragma once

#include <stdbool.h>

/** May this address be asked? `plain`: it is http. Unchanged where it may not. */
bool fc_url_is_secure(const char *url, bool *plain);
