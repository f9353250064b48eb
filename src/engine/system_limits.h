/**
 * System limits: how many processors and how much memory this process may use, by the limits of its
 * control group (v2 or v1) and of the machine. Any thread.
 */
#pragma once

#include <stdint.h>

typedef struct fc_system_limits {
    int32_t processors;   /* whole ones, at least 1 */
    int64_t memory_bytes; /* above 0 */
} fc_system_limits;

/**
 * Read the limits. A value that cannot be read counts as no limit.
 *
 * root   "" for the running system; a folder that holds proc/ and sys/ for tests
 */
fc_system_limits fc_system_limits_read(const char *root);

/** Those of the running system, read at the first call: what a program makes by them, such as its
 *  threads, stays as well. Cost: up to a hundred small files, once. */
fc_system_limits fc_system_limits_here(void);
