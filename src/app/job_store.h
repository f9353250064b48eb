/**
 * Job store: what came of jobs, kept on disk until it expires. Records are rows of an SQLite
 * database, pictures are files beside it, named after the job. A file is written and synced before
 * its record is committed, and a record is deleted before its files: at every moment, also after
 * kill -9 or a power cut, a record has its files whole. What a crash leaves behind (files without a
 * record, temporary files, jobs that were still running) is cleared up when the store is opened.
 *
 * One process at a time uses a folder. With keep_hours 0 nothing is ever read from or written to
 * the disk: saving does nothing and nothing is ever found.
 *
 * Any thread, but fc_job_store_close. A call may wait for the disk. No name from outside reaches
 * a path: ids are checked, everything else is a number or an enum.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/job_id.h"
#include "app/job_state.h"
#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_job_store fc_job_store;

/** Version of SQLite, such as "3.40.1". */
const char *fc_job_store_library(void);

/** Types of the files of a job. */
typedef enum fc_picture_type { FC_PICTURE_PNG, FC_PICTURE_JPEG, FC_PICTURE_WEBP } fc_picture_type;

#define FC_PICTURE_TYPES_COUNT 3

/** "png", "jpg", "webp": as in routes and file names. */
const char *fc_picture_type_name(fc_picture_type type);

/** Longest name of an uploaded file that is kept, with its final zero; longer ones are cut. */
#define FC_JOB_NAME_SIZE 256

/** Whom a job belongs to: a digest of the API key, or "" where there are no keys. */
#define FC_JOB_OWNER_SIZE 65

/** One job. */
typedef struct fc_job {
    char id[FC_JOB_ID_SIZE];
    char batch[FC_JOB_ID_SIZE]; /* the job whose item this is, or "" */
    int32_t number;             /* in its batch, from 1; else 0 */
    char owner[FC_JOB_OWNER_SIZE];
    char name[FC_JOB_NAME_SIZE]; /* of the uploaded file, as it was given; "" for a batch */
    fc_job_state state;
    int64_t created_s;  /* Unix time */
    int64_t finished_s; /* 0 before */
    int64_t expires_s;  /* 0 before it is finished */
    char error[32];     /* slug of the failure, or "" */
    char message[FC_ERROR_TEXT_SIZE];
} fc_job;

/** A picture to be saved. */
typedef struct fc_job_picture {
    fc_picture_type type;
    int32_t number; /* of the portrait, 1..FC_FACES_MAX */
    fc_bytes bytes;
} fc_job_picture;

/** How a job ended. */
typedef struct fc_job_ending {
    fc_job_state state;      /* a final one */
    const fc_error *failure; /* NULL when there is none */
    fc_bytes answer;         /* text kept for whoever asks for the job later; may be empty */
    const fc_job_picture *pictures;
    size_t picture_count;
} fc_job_ending;

/** A picture in the store. */
typedef struct fc_stored_picture {
    char job_id[FC_JOB_ID_SIZE];
    char name[FC_JOB_NAME_SIZE]; /* of the uploaded file */
    fc_picture_type type;
    int32_t number;
    int64_t bytes;
    int64_t saved_s;
    uint32_t crc32;  /* as ZIP wants it */
    char digest[65]; /* SHA-256, for the ETag */
} fc_stored_picture;

/** Jobs in each state, and the bytes of all pictures. */
typedef struct fc_job_totals {
    int64_t jobs[FC_JOB_STATES_COUNT];
    int64_t picture_bytes;
} fc_job_totals;

/**
 * Open the store of a folder, make it where there is none, and clear up after a crash.
 *
 * keep_hours   age at which finished jobs expire; 0: keep nothing, `folder` is not touched
 *
 * Errors: FC_IO (folder missing and not to be made, read-only, in use by another process; the
 * database damaged, foreign, or of a newer version); FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_job_store_open(const char *folder, int32_t keep_hours,
                                          fc_job_store **out, fc_error *err);
/** NULL is fine. */
void fc_job_store_close(fc_job_store *store);
FC_DEFINE_CLEANUP(fc_job_store, fc_job_store_close)

/** False when nothing is kept. */
bool fc_job_store_keeps(const fc_job_store *store);

/** Whether the folder that was opened is still there and may be written; true when nothing is kept.
 *  Asks the file system, twice. Any thread. */
bool fc_job_store_usable(const fc_job_store *store);

/**
 * Record jobs that have begun, all or none: a batch and its items, or one job that is answered
 * later. id, batch, number, owner, name and state are taken from each; created_s is set here.
 *
 * Errors: FC_IO, FC_OUT_OF_MEMORY; then nothing was recorded.
 */
FC_MUST_CHECK fc_status fc_job_store_begin(fc_job_store *store, const fc_job *jobs, size_t count,
                                           fc_error *err);

/** A job that waited now runs. Nothing happens when it is not there. Errors: FC_IO. */
FC_MUST_CHECK fc_status fc_job_store_run(fc_job_store *store, const char *id, fc_error *err);

/**
 * Record how a job that was begun has ended, with its pictures.
 *
 * Errors: FC_NOT_FOUND when it was deleted meanwhile or has ended before; FC_IO;
 * FC_OUT_OF_MEMORY. Then no picture is left behind.
 */
FC_MUST_CHECK fc_status fc_job_store_finish(fc_job_store *store, const char *id,
                                            const fc_job_ending *ending, fc_error *err);

/** Begin and finish in one: for a job that is answered at once. Errors: FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_save(fc_job_store *store, const fc_job *job,
                                          const fc_job_ending *ending, fc_error *err);

/**
 * Look a job up.
 *
 * answer   the kept text is appended; NULL when it is not wanted
 *
 * Errors: FC_NOT_FOUND (also for what is no id), FC_IO, FC_LIMIT_EXCEEDED (past answer->size_max).
 */
FC_MUST_CHECK fc_status fc_job_store_read(fc_job_store *store, const char *id, fc_job *out,
                                          fc_buffer *answer, fc_error *err);

/** The items of a batch by number. `out` is an array for fc_memory_free, NULL when there are none.
 *  Errors: FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_job_store_items(fc_job_store *store, const char *id, fc_job **out,
                                           size_t *count, fc_error *err);

/** The pictures of a job, or of all items of a batch, in order. As fc_job_store_items. */
FC_MUST_CHECK fc_status fc_job_store_pictures(fc_job_store *store, const char *id,
                                              fc_stored_picture **out, size_t *count,
                                              fc_error *err);

/**
 * Open a picture for reading.
 *
 * descriptor   for the caller to close; stays readable when the job is deleted
 * number       of the portrait, from 1
 *
 * Errors: FC_NOT_FOUND, FC_IO.
 */
FC_MUST_CHECK fc_status fc_job_store_open_picture(fc_job_store *store, const char *id,
                                                  fc_picture_type type, int32_t number,
                                                  int *descriptor, fc_stored_picture *out,
                                                  fc_error *err);

/**
 * Delete a job with its pictures and, for a batch, its items. The database overwrites what it
 * deletes.
 *
 * Errors: FC_NOT_FOUND, FC_IO.
 */
FC_MUST_CHECK fc_status fc_job_store_delete(fc_job_store *store, const char *id, fc_error *err);

/** Delete the jobs that have expired at `now_s` (Unix time). `deleted` may be NULL. Errors: FC_IO.
 *  Cost: to be called every few minutes. */
FC_MUST_CHECK fc_status fc_job_store_expire(fc_job_store *store, int64_t now_s, int64_t *deleted,
                                            fc_error *err);

/** How much there is. Errors: FC_IO. Cost: the same for few jobs and for many. */
FC_MUST_CHECK fc_status fc_job_store_count(fc_job_store *store, fc_job_totals *out, fc_error *err);
