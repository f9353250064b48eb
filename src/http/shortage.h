/** Shortage: says in the log that clients are turned away, and why, but not for each of them.
 *  One thread at a time. */
#pragma once

#include <stdint.h>

/** Start with zeros. */
typedef struct fc_http_shortage {
    int64_t told_us; /* 0: never */
    int64_t times;   /* since */
} fc_http_shortage;

/** Once more: told at once, and then every minute with the number of times. */
void fc_http_shortage_note(fc_http_shortage *shortage, const char *reason);
