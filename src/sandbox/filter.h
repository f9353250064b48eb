/**
 * Filter: which system calls a helper may make. Everything that is not named ends the process.
 *
 * seccomp-bpf, for x86-64 and arm64. One thread.
 */
#pragma once

#include <stdbool.h>

/**
 * From now on, for good: memory that is never executable, packets on the descriptors that are
 * open, signals to the process itself, its own end. no_new_privs has to be set.
 *
 * false: errno says why.
 */
bool fc_filter_install(void);
