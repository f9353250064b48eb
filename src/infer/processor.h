/** Processor: which instructions this machine has, according to /proc/cpuinfo. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Whether the words of the line "flags" (arm64: "Features") of a /proc/cpuinfo have this one. */
bool fc_processor_flag(const char *cpuinfo, const char *flag);

/** The same for this machine; false where /proc/cpuinfo does not say. */
bool fc_processor_has(const char *flag);

/** A number for this machine's set of instructions; 0 where it is unknown. */
uint64_t fc_processor_stamp(void);
