/**
 * TIFF file: bytes opened by libtiff, with its limits set and what it says caught.
 *
 * Nothing is printed, and no handler of the whole process is touched. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <tiffio.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Longest text of the library that is kept, with its final zero. */
#define FC_TIFF_TEXT_SIZE 160

typedef struct fc_tiff_file {
    fc_bytes bytes;
    TIFF *tiff;
    uint64_t at;                  /* where the library reads next */
    bool is_damaged;              /* a warning said that pixels were made up */
    char text[FC_TIFF_TEXT_SIZE]; /* the first error since fc_tiff_begin, the cause of the others */
} fc_tiff_file;

/**
 * Open a file and read the directory at an offset.
 *
 * bytes       must outlive the file
 * bytes_max   no single block that the library takes is larger
 * file        must stay where it is; release with fc_tiff_close also after a failure
 *
 * Errors: FC_CORRUPT_IMAGE, FC_UNSUPPORTED_FORMAT, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_tiff_open_file(fc_tiff_file *file, fc_bytes bytes, uint64_t offset,
                                          int64_t bytes_max, fc_error *err);

void fc_tiff_close(fc_tiff_file *file);

/** Forget what the library said: before each call that can fail. */
void fc_tiff_begin(fc_tiff_file *file);

/**
 * Whether a call of the library went well since fc_tiff_begin: no warning said otherwise, and no
 * memory was missing, by errno.
 *
 * Errors: by what the library said; FC_CORRUPT_IMAGE where that is nothing.
 */
FC_MUST_CHECK fc_status fc_tiff_check(const fc_tiff_file *file, bool is_ok, fc_error *err);
