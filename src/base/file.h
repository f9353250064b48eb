/**
 * Files: read a whole one, map one, write one completely or not at all, and make its folder.
 *
 * Any thread. Error texts carry the name as the user gave it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Read a whole file, or standard input when the path is "-".
 *
 * size_max   bytes accepted; one more is refused before the rest is read
 * out        an empty buffer; its size_max is replaced by the given one. Unchanged on failure
 *
 * Errors: FC_IO (missing, unreadable, a folder), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_file_read(const char *path, size_t size_max, fc_buffer *out,
                                     fc_error *err);

/**
 * Append what is left of an open file, as much as the buffer takes.
 *
 * Errors: FC_IO (the reason alone), FC_LIMIT_EXCEEDED above the buffer's size_max,
 * FC_OUT_OF_MEMORY; then the buffer may hold its start.
 */
FC_MUST_CHECK fc_status fc_file_read_rest(int descriptor, fc_buffer *out, fc_error *err);

/** A file mapped read-only into memory. */
typedef struct fc_mapping {
    fc_bytes bytes;
} fc_mapping;

/**
 * Map a whole file. Release with fc_mapping_free.
 *
 * Errors: FC_IO (missing, unreadable, empty, not a plain file), FC_LIMIT_EXCEEDED above size_max,
 * FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_mapping_new(const char *path, size_t size_max, fc_mapping **out,
                                       fc_error *err);

/**
 * Give back the memory under the first `count` bytes, for a reader that goes from front to back.
 * They can still be read: they come from the file again.
 */
void fc_mapping_drop(const fc_mapping *mapping, size_t count);

void fc_mapping_free(fc_mapping *mapping);
FC_DEFINE_CLEANUP(fc_mapping, fc_mapping_free)

/**
 * Write a file under a temporary name in the folder of the target, sync it and rename it into
 * place, so that no reader ever sees half of it. "-" writes to standard output; a device or a pipe
 * is written to directly. Any name that the folder can hold will do: the temporary one is shorter.
 *
 * Errors: FC_IO (with the reason), FC_STORAGE_FULL; then the target is as it was.
 */
FC_MUST_CHECK fc_status fc_file_write(const char *path, fc_bytes content, fc_error *err);

/**
 * The same for a file that only its owner may read, in an open folder, even if that was renamed
 * meanwhile. File and name are on the disk on return.
 *
 * name   without a slash
 *
 * Errors: FC_STORAGE_FULL, FC_IO; then no new file has this name.
 */
FC_MUST_CHECK fc_status fc_file_write_in(int folder, const char *name, fc_bytes content,
                                         fc_error *err);

/**
 * The same by way of a temporary name that the caller knows, and can remove when it learns that
 * the writer was killed. No two may write by the same one at once. The name is on the disk once
 * fc_folder_sync has returned: several files take one. Error texts are the reason alone.
 */
FC_MUST_CHECK fc_status fc_file_write_by(int folder, const char *temporary, const char *name,
                                         fc_bytes content, fc_error *err);

/** Bring the names of an open folder to the disk, where its file system can. */
void fc_folder_sync(int folder);

/**
 * Whether a file of so many bytes could be written into an open folder. Its room is taken and given
 * back, without writing more than a page. Error texts are the reason alone.
 *
 * Errors: FC_STORAGE_FULL, FC_IO.
 */
FC_MUST_CHECK fc_status fc_file_room_in(int folder, size_t bytes, fc_error *err);

/**
 * Make a folder unless it exists. Its parent must exist.
 *
 * mode   who may use it, before the umask
 *
 * Errors: FC_IO (also where something else has its name), FC_STORAGE_FULL.
 */
FC_MUST_CHECK fc_status fc_folder_make(const char *path, unsigned mode, fc_error *err);

/**
 * Make the folders that a path names before its last slash, those that are missing.
 *
 * Errors: as fc_folder_make.
 */
FC_MUST_CHECK fc_status fc_folder_make_above(const char *path, unsigned mode, fc_error *err);

/** Whether this is a temporary name of fc_file_write or fc_file_write_in (without folders), left by
 * a program that was killed. */
bool fc_file_is_temporary(const char *name);
