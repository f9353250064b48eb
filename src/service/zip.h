/**
 * ZIP: several files as one, stored as they are (PNG and JPEG are compressed already).
 *
 * Nothing is held but the list: the caller sends, for each file, the header made here and then the
 * file's own bytes, and at the end the directory made here. So the length is known beforehand and
 * no archive is ever in memory. The same files give the same bytes. (PKWARE APPNOTE 6.3.10,
 * sections 4.3.7, 4.3.12, 4.3.16; no ZIP64.) One thread at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "service/zip_name.h"

typedef struct fc_zip fc_zip;

/** Files of one archive: two for each photo of the largest batch, and more. */
#define FC_ZIP_ENTRIES_MAX 20000

/** Bytes of a whole archive, and the most that a file takes in addition to its own bytes: two
 * headers and two names. The end takes less. */
#define FC_ZIP_BYTES_MAX ((int64_t)UINT32_MAX)
#define FC_ZIP_OVERHEAD (30 + 46 + 2 * FC_ZIP_NAME_SIZE)

/** Begin an archive. Owner: caller. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_zip_new(fc_zip **out, fc_error *err);
void fc_zip_free(fc_zip *zip);
FC_DEFINE_CLEANUP(fc_zip, fc_zip_free)

/**
 * Add a file: append the header that stands before its bytes.
 *
 * name    as it was uploaded: it is cleaned (service/zip_name.h), and one that is taken gets a
 * number size    bytes of the file crc32   of them (base/crc32.h) time_s  Unix time, kept to 2 s
 * header  the bytes are appended
 *
 * Errors: FC_LIMIT_EXCEEDED (too many files, 4 GB or more in all), FC_OUT_OF_MEMORY; then
 * unchanged.
 */
FC_MUST_CHECK fc_status fc_zip_add(fc_zip *zip, const char *name, int64_t size, uint32_t crc32,
                                   int64_t time_s, fc_buffer *header, fc_error *err);

/** Append the directory that ends the archive. Errors: as fc_zip_add. */
FC_MUST_CHECK fc_status fc_zip_end(const fc_zip *zip, fc_buffer *directory, fc_error *err);

/** Bytes of the whole archive, directory included, with the files added so far. */
int64_t fc_zip_size(const fc_zip *zip);
