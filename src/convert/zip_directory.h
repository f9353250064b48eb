/**
 * Zip directory: where the list of a zip's entries lies, as the records at the file's end tell.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.14 to 4.3.16. Pure function, any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_zip_directory {
    uint64_t count; /* entries */
    fc_bytes bytes; /* the central directory, borrowed */
} fc_zip_directory;

/**
 * Find the directory of a zip, plain or zip64.
 *
 * file   untrusted
 *
 * Errors: FC_MODEL_UNAVAILABLE (no zip or cut short; in several pieces; records that do not agree
 * or point outside of the file). Cost: up to 64 KB are looked through for the end.
 */
FC_MUST_CHECK fc_status fc_zip_directory_find(fc_bytes file, fc_zip_directory *out, fc_error *err);
