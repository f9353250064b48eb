/**
 * Blobs: bytes under names, whole or not there: the photos and portraits of the job store. An
 * engine is a table of functions; fc_folder_blobs keeps them as files of a folder, fc_s3_blobs as
 * objects of a bucket.
 *
 * Names have 1 to 127 characters of [a-z0-9.-] and begin with a letter or digit, so that they are
 * good for files and addresses alike. Errors tell the reason alone, without names: clients may see
 * them. Any thread, but fc_blobs_close; a call may wait for the disk.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_blobs fc_blobs;

/** Longest name of a blob, with its final zero. */
#define FC_BLOB_NAME_SIZE 128

/** What an engine does; each call as the function of its name below. */
typedef struct fc_blob_engine {
    const char *name;
    void (*close)(fc_blobs *blobs);
    fc_status (*put)(fc_blobs *blobs, const char *name, fc_bytes bytes, fc_error *err);
    void (*settle)(fc_blobs *blobs);
    fc_status (*open)(fc_blobs *blobs, const char *name, int *descriptor, fc_error *err);
    fc_status (*size)(fc_blobs *blobs, const char *name, int64_t *bytes, fc_error *err);
    fc_status (*remove)(fc_blobs *blobs, const char *name, fc_error *err);
    fc_status (*probe)(fc_blobs *blobs, size_t bytes, fc_error *err);
} fc_blob_engine;

/** What every engine's blobs begin with. */
struct fc_blobs {
    const fc_blob_engine *engine;
};

/** NULL is fine. */
void fc_blobs_close(fc_blobs *blobs);
FC_DEFINE_CLEANUP(fc_blobs, fc_blobs_close)

/** Keep bytes, in place of those of the same name; they are there for good once fc_blobs_settle has
 *  returned. No two may put the same name at once.
 *  Errors: FC_BUSY (what keeps them is not to be reached), FC_STORAGE_FULL, FC_IO,
 * FC_OUT_OF_MEMORY; then there is what was there before. */
FC_MUST_CHECK fc_status fc_blobs_put(fc_blobs *blobs, const char *name, fc_bytes bytes,
                                     fc_error *err);

/** After one or more were put, and before it is recorded that they are there. */
void fc_blobs_settle(fc_blobs *blobs);

/** Open for reading, from the first byte to the last. `descriptor` is for the caller to close, and
 *  stays readable when the blob is removed. Errors: FC_NOT_FOUND, FC_BUSY, FC_IO. */
FC_MUST_CHECK fc_status fc_blobs_open(fc_blobs *blobs, const char *name, int *descriptor,
                                      fc_error *err);

/** Read all of it, which is `size` bytes. Errors: FC_NOT_FOUND, FC_BUSY, FC_IO (also where there
 * are fewer), FC_LIMIT_EXCEEDED (there are more), FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_blobs_read(fc_blobs *blobs, const char *name, size_t size,
                                      fc_buffer *out, fc_error *err);

/** How many bytes there are. Errors: FC_NOT_FOUND, FC_BUSY, FC_IO. */
FC_MUST_CHECK fc_status fc_blobs_size(fc_blobs *blobs, const char *name, int64_t *bytes,
                                      fc_error *err);

/** Remove, also what somebody who was killed has begun to put; what is not there is fine. Errors:
 * FC_BUSY, FC_IO. */
FC_MUST_CHECK fc_status fc_blobs_remove(fc_blobs *blobs, const char *name, fc_error *err);

/** Whether a blob of so many bytes could be put, as far as that can be told without sending them:
 *  a page is. Errors: those of fc_blobs_put. */
FC_MUST_CHECK fc_status fc_blobs_probe(fc_blobs *blobs, size_t bytes, fc_error *err);
