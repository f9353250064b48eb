/** A host on this machine that answers each request with the next of some kept answers, and keeps
 *  what it was asked. One at a time. */
#pragma once

#include <stddef.h>

/** Its address: http://127.0.0.1:PORT. */
extern char fc_canned_url[64];

/** Head and body of the last request, up to so many bytes. */
extern char fc_canned_request[16384];

/** Requests since the start. */
int fc_canned_count(void);

/** Begin; NULL ends the answers, the last of which is then repeated. "" hangs up. Fails the test.
 */
void fc_canned_start(const char *const *answers);

void fc_canned_stop(void);
