/**
 * Model fetch: downloads a model file into its place. Only for `facecraft models fetch`: otherwise
 * the program does not use the network. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"
#include "engine/model_files.h"

/** Progress of a download: bytes that have arrived, and all of them. */
typedef void (*fc_fetch_watch)(void *context, int64_t done, int64_t all);

/**
 * Download one file of the table: over https, no larger than published, under a temporary name
 * next to its place, and renamed when its SHA-256 is right. An interrupted download goes on where
 * it stopped.
 *
 * base_url   where BASE/FILE-NAME is taken from, a mirror: https, or http on this machine. Empty:
 *            the release or the Debian package that supply.lock names
 * watch      may be NULL
 *
 * Errors: FC_INVALID_ARGUMENT (the URL; a file of a Python package, saying which one),
 * FC_MODEL_UNAVAILABLE (the licence is refused; what came has another hash, and is deleted),
 * FC_IO (the network; apt-get; the folder), FC_BUSY (another one fetches it), FC_OUT_OF_MEMORY.
 * One thread at a time. Bounds: 20 s to connect, 60 s below 1 KB/s, 5 redirects.
 */
FC_MUST_CHECK fc_status fc_model_fetch(int index, const fc_settings *settings, const char *base_url,
                                       fc_fetch_watch watch, void *context, fc_error *err);
