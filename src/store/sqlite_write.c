/* The store's changes: run, finish, delete, expire. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"

/* Jobs that one change deletes, so that others need not wait long. */
#define EXPIRE_STEP 64

#define SECONDS_PER_HOUR 3600

static fc_status set_running(fc_sqlite_store *store, const char *id, fc_error *err)
{
    FC_AUTO(fc_statement) update = NULL;
    FC_TRY(fc_sql_prepare(store->db, "UPDATE jobs SET state = ? WHERE id = ? AND finished = 0",
                          &update, err));
    fc_sql_bind_integer(update, 1, FC_JOB_RUNNING);
    fc_sql_bind_text(update, 2, id);
    return fc_sql_finish(update, err);
}

fc_status fc_sqlite_run(fc_job_store *base, const char *id, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    const fc_status status = set_running(store, id, err);
    return fc_sqlite_leave(store, status);
}

fc_status fc_sqlite_stop(fc_job_store *base, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    const fc_status status = fc_sql_run(store->db, "UPDATE service SET stopping = 1", err);
    return fc_sqlite_leave(store, status);
}

static fc_status insert_picture(fc_sqlite_store *store, const fc_stored_picture *picture,
                                fc_error *err)
{
    FC_AUTO(fc_statement) insert = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "INSERT INTO pictures (job, type, number, bytes, saved, crc, digest)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?)",
                          &insert, err));
    fc_sql_bind_text(insert, 1, picture->job_id);
    fc_sql_bind_integer(insert, 2, picture->type);
    fc_sql_bind_integer(insert, 3, picture->number);
    fc_sql_bind_integer(insert, 4, picture->bytes);
    fc_sql_bind_integer(insert, 5, picture->saved_s);
    fc_sql_bind_integer(insert, 6, picture->crc32);
    fc_sql_bind_text(insert, 7, picture->digest);
    return fc_sql_finish(insert, err);
}

/* What is recorded at the end: everything but the files. `job` is NULL when it was accepted. */
static fc_status record_ending(fc_sqlite_store *store, const fc_job *job, const char *id,
                               const fc_job_ending *ending, const fc_stored_picture *pictures,
                               fc_error *err)
{
    if (job != NULL) {
        FC_TRY(fc_sqlite_insert(store, job, err));
    }
    FC_TRY(fc_sqlite_record(store, id, ending, (int64_t)time(NULL), err));
    for (size_t i = 0; i < ending->picture_count; i++) {
        FC_TRY(insert_picture(store, &pictures[i], err));
    }
    return FC_OK;
}

/* Is the job there and not finished? With the lock held. */
static fc_status check_begun(fc_sqlite_store *store, const char *id, bool *begun, bool *known,
                             fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db, "SELECT finished = 0 FROM jobs WHERE id = ?", &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, known, err));
    *begun = *known && sqlite3_column_int(select, 0) != 0;
    return FC_OK;
}

/* Files have the name of their job: nothing may be written over those of a job that has ended. */
static fc_status check_writable(fc_sqlite_store *store, const fc_job *job, const char *id,
                                uint64_t *generation, fc_error *err)
{
    bool begun = false;
    bool known = false;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    *generation = store->generation;
    const fc_status status = fc_sqlite_leave(store, check_begun(store, id, &begun, &known, err));
    FC_TRY(status);
    if (job != NULL && known) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "there is a job of this id already");
    }
    return job != NULL || begun ? FC_OK : fc_fail(err, FC_NOT_FOUND, "Job not found");
}

static fc_status save_pictures(const fc_sqlite_store *store, const char *id,
                               const fc_job_ending *ending, fc_stored_picture *saved, size_t *count,
                               fc_error *err)
{
    for (; *count < ending->picture_count; (*count)++) {
        FC_TRY(fc_picture_save(store->blobs, id, &ending->pictures[*count], &saved[*count], err));
    }
    if (ending->picture_count > 0) {
        fc_blobs_settle(store->blobs);
    }
    return FC_OK;
}

static fc_status commit_ending(fc_sqlite_store *store, const fc_job *job, const char *id,
                               const fc_job_ending *ending, const fc_stored_picture *saved,
                               uint64_t generation, fc_error *err)
{
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    fc_status status = store->generation == generation
                           ? fc_sqlite_begin_change(store, err)
                           : fc_fail(err, FC_IO, "the output folder was replaced meanwhile");
    if (status == FC_OK) {
        status = record_ending(store, job, id, ending, saved, err);
        status = fc_sqlite_end_change(store, status, err);
    }
    if (status == FC_OK) {
        fc_owed_forget(store, id);
    }
    return fc_sqlite_leave(store, status);
}

/* Files first, the record last. */
static fc_status end_job(fc_sqlite_store *store, const fc_job *job, const char *id,
                         const fc_job_ending *ending, fc_error *err)
{
    uint64_t generation = 0;
    FC_TRY(check_writable(store, job, id, &generation, err));
    fc_stored_picture *saved = NULL;
    size_t count = 0;
    FC_TRY(fc_memory_new_zeroed(ending->picture_count, sizeof *saved, (void **)&saved, err));
    fc_status status = save_pictures(store, id, ending, saved, &count, err);
    if (status == FC_OK) {
        status = commit_ending(store, job, id, ending, saved, generation, err);
    }
    if (status == FC_OK && job == NULL) {
        fc_kept_photo_remove(store->blobs, id);
    }
    for (size_t i = 0; i < count && status != FC_OK; i++) {
        fc_picture_remove(store->blobs, id, saved[i].type, saved[i].number);
    }
    fc_memory_free(saved);
    return status;
}

fc_status fc_sqlite_finish(fc_job_store *base, const char *id, const fc_job_ending *ending,
                           fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    return end_job(store, NULL, id, ending, err);
}

fc_status fc_sqlite_save(fc_job_store *base, const fc_job *job, const fc_job_ending *ending,
                         fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    return end_job(store, job, job->id, ending, err);
}

/* Delete a job and its items from the database. With the lock held. */
static fc_status delete_rows(fc_sqlite_store *store, const char *id, fc_error *err)
{
    FC_AUTO(fc_statement) delete = NULL;
    FC_TRY(fc_sql_prepare(
        store->db, "DELETE FROM jobs WHERE id = ?1 OR (batch = ?1 AND batch <> '')", &delete, err));
    fc_sql_bind_text(delete, 1, id);
    FC_TRY(fc_sql_finish(delete, err));
    return sqlite3_changes(store->db) > 0 ? FC_OK : fc_fail(err, FC_NOT_FOUND, "Job not found");
}

/* Whose photo is kept: a job that has not ended. */
typedef struct file_owner {
    char id[FC_JOB_ID_SIZE];
} file_owner;

static fc_status list_photos(fc_sqlite_store *store, const char *id, file_owner **owners,
                             size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT id FROM accepted JOIN jobs ON id = job"
                          " WHERE photo AND (id = ?1 OR (batch = ?1 AND batch <> ''))",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)owners, *count, sizeof **owners, err));
        fc_sql_column_text(select, 0, (*owners)[*count].id, FC_JOB_ID_SIZE);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

/* The record goes first: a crash in between leaves files that the next start removes. */
fc_status fc_sqlite_delete(fc_job_store *base, const char *id, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_stored_picture *pictures = NULL;
    file_owner *photos = NULL;
    size_t picture_count = 0;
    size_t photo_count = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    fc_status status = fc_sqlite_list_pictures(store, id, &pictures, &picture_count, err);
    status = status != FC_OK ? status : list_photos(store, id, &photos, &photo_count, err);
    status = fc_sqlite_leave(store, status != FC_OK ? status : delete_rows(store, id, err));
    for (size_t i = 0; i < picture_count && status == FC_OK; i++) {
        fc_picture_remove(store->blobs, pictures[i].job_id, pictures[i].type, pictures[i].number);
    }
    for (size_t i = 0; i < photo_count && status == FC_OK; i++) {
        fc_kept_photo_remove(store->blobs, photos[i].id);
    }
    fc_memory_free(pictures);
    fc_memory_free(photos);
    return status;
}

/* Ids of jobs that have expired, at most EXPIRE_STEP. Items go with their batch. */
static fc_status list_expired(fc_sqlite_store *store, int64_t before_s,
                              char ids[EXPIRE_STEP][FC_JOB_ID_SIZE], size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT id FROM jobs WHERE finished > 0 AND finished <= ?"
                          " AND batch = '' LIMIT ?",
                          &select, err));
    fc_sql_bind_integer(select, 1, before_s);
    fc_sql_bind_integer(select, 2, EXPIRE_STEP);
    bool row = false;
    FC_TRY(fc_sql_step(select, &row, err));
    for (*count = 0; row && *count < EXPIRE_STEP; (*count)++) {
        fc_sql_column_text(select, 0, ids[*count], FC_JOB_ID_SIZE);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

/* One step; `count` is how many were found. */
static fc_status expire_some(fc_sqlite_store *store, int64_t before_s, size_t *count, fc_error *err)
{
    char ids[EXPIRE_STEP][FC_JOB_ID_SIZE];
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    const fc_status status = fc_sqlite_leave(store, list_expired(store, before_s, ids, count, err));
    FC_TRY(status);
    for (size_t i = 0; i < *count; i++) {
        const fc_status deleted = fc_sqlite_delete(&store->base, ids[i], err);
        if (deleted != FC_OK && deleted != FC_NOT_FOUND) { /* a client may have been quicker */
            return deleted;
        }
    }
    return FC_OK;
}

fc_status fc_sqlite_expire(fc_job_store *base, int64_t now_s, int64_t *deleted, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    size_t count = EXPIRE_STEP;
    while (count == EXPIRE_STEP) {
        FC_TRY(expire_some(store, now_s - (int64_t)store->base.keep_hours * SECONDS_PER_HOUR,
                           &count, err));
        *deleted += (int64_t)count;
    }
    /* What was deleted also leaves the log; while others read, the next time will do. */
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return fc_sqlite_leave(store, FC_OK);
}
