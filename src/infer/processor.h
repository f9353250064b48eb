/** Processor: which instructions this machine has, as Linux tells in /proc/cpuinfo. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Whether the words of the line "flags" (arm64: "Features") of a /proc/cpuinfo have this one. */
bool fc_processor_flag(const char *cpuinfo, const char *flag);

/** The same of this machine; false where it does not tell. */
bool fc_processor_has(const char *flag);

/** A number for the set of instructions of this machine; 0 where it does not tell. */
uint64_t fc_processor_stamp(void);
