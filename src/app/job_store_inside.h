/** What the job store is made of: shared by its own files, for nobody else. */
#pragma once

#include <limits.h>
#include <pthread.h>

#include "app/job_store.h"
#include "app/sql.h"
#include "base/limits.h"

/** Name of a picture's file: 32 digits, "-", the portrait's number, ".webp"; with its final zero.
 */
#define FC_PICTURE_NAME_SIZE 64

struct fc_job_store {
    int32_t keep_hours;   /* 0: nothing below is there */
    char path[PATH_MAX];  /* of the folder, absolute */
    int folder;           /* its descriptor */
    int guard;            /* the lock file's: holds off other processes while it is open */
    pthread_mutex_t lock; /* guards the database */
    sqlite3 *db;
};

/** Columns of a job in the order in which fc_job_from_row takes them. */
#define FC_JOB_COLUMNS "id, batch, number, owner, name, state, created, finished, error, message"
#define FC_PICTURE_COLUMNS                                                                         \
    "pictures.job, jobs.name, pictures.type, pictures.number, pictures.bytes, pictures.saved, "    \
    "pictures.crc, pictures.digest"

fc_job fc_job_from_row(const fc_job_store *store, fc_statement *row);
fc_stored_picture fc_picture_from_row(fc_statement *row);

/** Begin or end what is done all or not at all. With the lock held. */
FC_MUST_CHECK fc_status fc_job_store_begin_change(fc_job_store *store, fc_error *err);
/** Commits after FC_OK, else takes everything back; returns `status` or why it was not committed.
 */
FC_MUST_CHECK fc_status fc_job_store_end_change(fc_job_store *store, fc_status status,
                                                fc_error *err);

/** Append to an array as fc_job_store_pictures; what it holds is released by the caller, also after
 *  a failure. With the lock held. */
FC_MUST_CHECK fc_status fc_job_store_list_pictures(fc_job_store *store, const char *id,
                                                   fc_stored_picture **pictures, size_t *count,
                                                   fc_error *err);

/** Name of the file in the folder. */
void fc_picture_name(const char *id, fc_picture_type type, int32_t number,
                     char name[FC_PICTURE_NAME_SIZE]);

/** What a name in the folder says. */
typedef enum fc_file_kind {
    FC_FILE_FOREIGN, /* not ours: left alone */
    FC_FILE_PICTURE,
    FC_FILE_PART, /* begun and never finished */
} fc_file_kind;

/** The kind of a name, and of a picture also whose it is. */
fc_file_kind fc_picture_parse_name(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                                   int32_t *number);

/** Write, sync and rename one picture, and tell what to record. */
FC_MUST_CHECK fc_status fc_picture_save(const fc_job_store *store, const char *id,
                                        const fc_job_picture *picture, fc_stored_picture *out,
                                        fc_error *err);

/** Remove a picture's file, which may be gone already. */
void fc_picture_remove(const fc_job_store *store, const char *id, fc_picture_type type,
                       int32_t number);

/** After a crash: files without a record, records without their files, jobs that were not done. */
FC_MUST_CHECK fc_status fc_job_store_repair(fc_job_store *store, fc_error *err);

/** Count once what is there, and from then on every change of this connection. Errors: FC_IO,
 *  FC_OUT_OF_MEMORY. Cost: a look at every row. */
FC_MUST_CHECK fc_status fc_job_totals_start(sqlite3 *db, fc_error *err);

/** Before a database is opened: where there is none, make an empty one that nobody else may read.
 */
void fc_job_folder_prepare(const fc_job_store *store, const char *database);

/** Take the store's files, and the folder where it holds nothing else, away from everybody but
 * their owner. What cannot be taken away is told in the log. Cost: two system calls for a folder
 * that is private, else two for each file. */
void fc_job_folder_protect(const fc_job_store *store);
