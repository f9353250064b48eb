/** Folder blobs: each a file of one folder, written, synced and renamed, for nobody else to read.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/blobs.h"

/** Use a folder that is open.
 *
 * folder   its descriptor; borrowed: to be closed after the blobs. It may come to stand for another
 *          folder meanwhile.
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_folder_blobs_new(int folder, fc_blobs **out, fc_error *err);

/** Use a folder by its name; it is made where there is none. Errors: FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_folder_blobs_open(const char *path, fc_blobs **out, fc_error *err);
