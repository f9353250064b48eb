/**
 * Watch: waits until files below a folder, or one other file, have changed and then rest. inotify
 * of Linux, so changes of other machines on a network share are not seen. One thread at a time.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"

typedef struct fc_watch fc_watch;

/**
 * Begin to watch; changes from now on are seen.
 *
 * folder   with all folders in it, also those that are made later
 * file     or NULL
 *
 * Errors: FC_IO (missing, or more folders than the system watches), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_watch_new(const char *folder, const char *file, fc_watch **out,
                                     fc_error *err);
void fc_watch_free(fc_watch *watch);
FC_DEFINE_CLEANUP(fc_watch, fc_watch_free)

/**
 * Wait for a change, and then until there was none for `rest_ms`, or up to `timeout_ms` in all.
 * `changed`: whether there was one. Ends early when a signal is caught.
 *
 * Errors: FC_IO (the folder is gone).
 */
FC_MUST_CHECK fc_status fc_watch_wait(fc_watch *watch, int rest_ms, int timeout_ms, bool *changed,
                                      fc_error *err);
