/** What the job store is made of: shared by its own files, for nobody else. */
#pragma once

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "store/job_store.h"
#include "store/sql.h"

/** Name of a file of the store: 32 digits, "-", the portrait's number, ".webp", or ".photo"; with
 *  its final zero. */
#define FC_PICTURE_NAME_SIZE 64

/** How long a database that another program has locked is waited for; how long where the last one
 *  has waited in vain. All others wait meanwhile: one after the other they would wait for ever. */
#define FC_STORE_BUSY_MS 5000
#define FC_STORE_LOCKED_MS 250

/** The end of a job that the database could not take yet. */
typedef struct fc_owed_ending {
    char id[FC_JOB_ID_SIZE];
    int64_t finished_s;
    fc_error why;
} fc_owed_ending;

struct fc_job_store {
    int32_t keep_hours;   /* 0: nothing below is there */
    char path[PATH_MAX];  /* of the folder, absolute */
    int folder;           /* its descriptor; the same number for as long as the store lives */
    int guard;            /* the lock file's: holds off other processes while it is open */
    pthread_mutex_t lock; /* guards the database and all below */
    sqlite3 *db;          /* NULL when it could not be opened again */
    bool doubtful;        /* a lock may be left over: the next one gets a new connection */
    bool locked;          /* somebody has waited in vain, and nobody could write since */
    uint64_t generation;  /* counts the folders: another one may take the place of the first */
    fc_job_room room;
    fc_job_room coming; /* of photos that are being written and are no records yet */
    fc_owed_ending *owed;
    size_t owed_count;
    size_t owed_capacity; /* at least the number of accepted jobs */

    pthread_mutex_t probe_lock; /* taken before `lock`; guards `probed` */
    _Atomic int64_t probed_us;  /* fc_clock_us; 0: never, or something has failed since */
    fc_error probed;            /* what came of it */
};

/** Columns of a job in the order in which fc_job_from_row takes them. */
#define FC_JOB_COLUMNS "id, batch, number, owner, name, state, created, finished, error, message"
#define FC_PICTURE_COLUMNS                                                                         \
    "pictures.job, jobs.name, pictures.type, pictures.number, pictures.bytes, pictures.saved, "    \
    "pictures.crc, pictures.digest"

fc_job fc_job_from_row(const fc_job_store *store, fc_statement *row);
fc_stored_picture fc_picture_from_row(fc_statement *row);

/** What the database is wanted for. */
typedef enum fc_store_use { FC_STORE_READ, FC_STORE_WRITE } fc_store_use;

/**
 * Take the lock, and mend what can be mended: a transaction that could not be taken back, a lock
 * that could not be given back, a folder that was removed and made anew.
 *
 * Errors: FC_IO (to write: the folder is gone, or cannot be used); those of opening the database
 * again. Then the lock is not held.
 */
FC_MUST_CHECK fc_status fc_job_store_enter(fc_job_store *store, fc_store_use use, fc_error *err);

/** Give the lock back. `status` says what came of the calls to SQLite in between; returned. */
FC_MUST_CHECK fc_status fc_job_store_leave(fc_job_store *store, fc_status status);

/** The same with the lock already held. */
FC_MUST_CHECK fc_status fc_job_store_mend(fc_job_store *store, fc_store_use use, fc_error *err);

/**
 * Open the database of the folder and bring its tables up to date.
 *
 * check   read all of it; for the first time
 *
 * Errors: as fc_job_store_open; then store->db is NULL.
 */
FC_MUST_CHECK fc_status fc_job_store_connect(fc_job_store *store, bool check, fc_error *err);

/** The database can be written: it is waited for again as long as at first. With the lock held. */
void fc_job_store_note_unlocked(fc_job_store *store);

/** Begin or end what is done all or not at all. With the lock held. */
FC_MUST_CHECK fc_status fc_job_store_begin_change(fc_job_store *store, fc_error *err);
/** Commits after FC_OK, else takes everything back; returns `status` or why it was not committed.
 */
FC_MUST_CHECK fc_status fc_job_store_end_change(fc_job_store *store, fc_status status,
                                                fc_error *err);

/** Insert a job; created_s is set here. Within a change. */
FC_MUST_CHECK fc_status fc_job_store_insert(fc_job_store *store, const fc_job *job, fc_error *err);

/** Append to an array as fc_job_store_pictures; what it holds is released by the caller, also after
 *  a failure. With the lock held. */
FC_MUST_CHECK fc_status fc_job_store_list_pictures(fc_job_store *store, const char *id,
                                                   fc_stored_picture **pictures, size_t *count,
                                                   fc_error *err);

/** Room for one more item of an array that is grown by nothing else. */
FC_MUST_CHECK fc_status fc_rows_make_room(void **array, size_t count, size_t item_size,
                                          fc_error *err);

/** Record how a job has ended without pictures. Within a change. Errors: FC_NOT_FOUND, FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_record(fc_job_store *store, const char *id,
                                            const fc_job_ending *ending, int64_t finished_s,
                                            fc_error *err);

/* ---- endings that are owed; with the lock held ----------------------------------------------- */

/** Room to owe the endings of so many jobs. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_owed_make_room(fc_job_store *store, size_t jobs, fc_error *err);

/** A job as it is told: with its ending, where that is owed. */
void fc_owed_apply(const fc_job_store *store, fc_job *job);

/** Nothing is owed for a job any more. */
void fc_owed_forget(fc_job_store *store, const char *id);

/* ---- files ----------------------------------------------------------------------------------- */

/** Name of the file in the folder. */
void fc_picture_name(const char *id, fc_picture_type type, int32_t number,
                     char name[FC_PICTURE_NAME_SIZE]);

/** Name of the file that keeps the photo of an accepted job. */
void fc_kept_photo_name(const char *id, char name[FC_PICTURE_NAME_SIZE]);

/** What a name in the folder says. */
typedef enum fc_file_kind {
    FC_FILE_FOREIGN, /* not ours: left alone */
    FC_FILE_PICTURE,
    FC_FILE_PHOTO, /* of an accepted job */
    FC_FILE_PART,  /* begun and never finished */
} fc_file_kind;

/** The kind of a name, whose it is, and of a picture also which one. */
fc_file_kind fc_picture_parse_name(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                                   int32_t *number);

/** Write, sync and rename one picture, and tell what to record. */
FC_MUST_CHECK fc_status fc_picture_save(const fc_job_store *store, const char *id,
                                        const fc_job_picture *picture, fc_stored_picture *out,
                                        fc_error *err);

/** Remove a picture's file, which may be gone already. */
void fc_picture_remove(const fc_job_store *store, const char *id, fc_picture_type type,
                       int32_t number);

/** The same for the photo of an accepted job. */
FC_MUST_CHECK fc_status fc_kept_photo_save(const fc_job_store *store, const char *id,
                                           fc_bytes photo, fc_error *err);
void fc_kept_photo_remove(const fc_job_store *store, const char *id);

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
