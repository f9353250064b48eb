/**
 * Assertions: only for what our own code can get wrong. They stay on in release builds.
 *
 * Whatever a file, a request, a model or the disk can cause is a status (base/error.h) instead.
 */
#pragma once

#include "base/attributes.h"

/** Told of a broken promise before the process aborts. Must not allocate, lock or wait. */
typedef void (*fc_fatal_hook)(const char *condition, const char *file, int line);

/** Who is told from now on. NULL, as at start: nobody. */
void fc_fatal_set(fc_fatal_hook hook);

/** Tell of the broken promise and abort. */
FC_NORETURN FC_COLD void fc_assert_broken(const char *condition, const char *file, int line);

#define FC_ASSERT(condition)                                                                       \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            fc_assert_broken(#condition, __FILE__, __LINE__);                                      \
        }                                                                                          \
    } while (0)
