/** Console: messages for a person on standard error, always as whole lines. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "pipeline/portrait.h"

/** "facecraft: TEXT". Control bytes, as file names may hold, are shown as "?". */
FC_PRINTF(1, 2) void fc_console_say(const char *format, ...);

/** "facecraft: note: TEXT" for each. */
void fc_console_warnings(const fc_warnings *warnings);

/** The hook for fc_fatal_set that reports the broken assertion. */
void fc_console_fatal(const char *condition, const char *file, int line);

/** "facecraft: NAME: TEXT"; the name is left out where the text begins with it. */
void fc_console_failure(const char *name, const fc_error *failure);
