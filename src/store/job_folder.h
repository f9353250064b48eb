/** Job folder: its access rights. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/job_store_private.h"

/** Before a database is opened: make an empty one that only its owner may read, unless it exists.
 */
void fc_job_folder_prepare(const fc_job_store *store, const char *database);

/** Make the store's files, and the folder if it holds nothing else, readable only by their owner.
 * Failures are reported in the log. Cost: two system calls for a folder that is private, else two
 * for each file. */
void fc_job_folder_protect(const fc_job_store *store);
