/**
 * Dynamic library: shared libraries that are opened when they are needed, which may not be there.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

/**
 * Open one. It stays open.
 *
 * file      such as "libpq.so.5"
 * user      what needs it, for the message: "a database of PostgreSQL needs"
 * package   of Debian, for the message
 * out       for fc_dynamic_library_find. Untouched on failure
 *
 * Errors: FC_IO.
 */
FC_MUST_CHECK fc_status fc_dynamic_library_open(const char *file, const char *user,
                                                const char *package, void **out, fc_error *err);

/** Look for a function; `function` is a pointer to a function pointer, NULL where there is none:
 *  then false is returned. */
bool fc_dynamic_library_find(void *library, const char *symbol, void *function);
