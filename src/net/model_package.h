/**
 * Model package: gets a model file out of a Debian package with the system's own apt-get, which
 * knows the mirrors. Only for `facecraft models fetch`. One thread at a time.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "engine/model_files.h"

/**
 * Download the package of a row into a folder next to `path`, and write the one file to `path`.
 *
 * supply   its kind is "debian"
 * path     written over; at most one byte more than the row says. What it holds is not checked
 *
 * The package lists of the system are used, or where they are empty lists of our own, in that same
 * folder, which is removed again.
 *
 * Errors: FC_IO with the last words of apt-get, or that this is no Debian; FC_OUT_OF_MEMORY.
 * Bounds: apt-get waits 20 s for a server, 3 times.
 */
FC_MUST_CHECK fc_status fc_model_package_get(const fc_supply *supply, const char *path,
                                             fc_error *err);
