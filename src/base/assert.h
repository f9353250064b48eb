/**
 * Assertions: only for what our own code can get wrong. They stay on in release builds.
 *
 * Whatever a file, a request, a model or the disk can cause is a status (base/error.h) instead.
 */
#pragma once

#include "base/attributes.h"

/** Called when an assertion is broken, before the process aborts. Must not allocate, lock or wait.
 */
typedef void (*fc_fatal_hook)(const char *condition, const char *file, int line);

/** Set the function that is called from now on. NULL, as at start: none. */
void fc_fatal_set(fc_fatal_hook hook);

/** Report the broken assertion and abort. */
FC_NORETURN FC_COLD void fc_assert_broken(const char *condition, const char *file, int line);

#define FC_ASSERT(condition)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            fc_assert_broken(#condition, __FILE__, __LINE__);                                      \
        }                                                                                          \
    } while (0)
