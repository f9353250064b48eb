/* What a crash leaves behind, cleared up when the store is opened. */
#define _GNU_SOURCE /* fdopendir */
#include "store/sqlite_repair.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"

/* A photo in whose middle the service ended was perhaps its death; an end on purpose does not
 * count. What was running waits again. */
static const char COUNT_CRASHES[] =
    "UPDATE accepted SET crashes = crashes + 1"
    " WHERE job IN (SELECT id FROM jobs WHERE state = 1)" /* FC_JOB_RUNNING */
    " AND (SELECT stopping FROM service) = 0;"
    "UPDATE jobs SET state = 0 WHERE state = 1;" /* FC_JOB_QUEUED */
    "UPDATE service SET stopping = 0;";

_Static_assert(FC_JOB_QUEUED == 0 && FC_JOB_RUNNING == 1, "COUNT_CRASHES says the same");

/* Of a batch that was answered at once and was not done: nobody knows their ids. */
static const char DELETE_UNKNOWN[] = "DELETE FROM jobs WHERE batch <> '' AND NOT EXISTS"
                                     " (SELECT 1 FROM jobs AS above WHERE above.id = jobs.batch);";

/* End the unfinished jobs that `which` chooses. */
static fc_status end_jobs(fc_sqlite_store *store, const char *which, fc_status why,
                          const char *text, fc_error *err)
{
    char sql[512];
    FC_AUTO(fc_statement) update = NULL;
    (void)snprintf(sql, sizeof sql,
                   "UPDATE jobs SET state = ?, finished = ?, error = ?, message = ?, key = ''"
                   " WHERE finished = 0 AND %s",
                   which);
    FC_TRY(fc_sql_prepare(store->db, sql, &update, err));
    fc_sql_bind_integer(update, 1, FC_JOB_FAILED);
    fc_sql_bind_integer(update, 2, (int64_t)time(NULL));
    fc_sql_bind_text(update, 3, fc_status_lookup(why)->slug);
    fc_sql_bind_text(update, 4, text);
    return fc_sql_finish(update, err);
}

static fc_status end_job(fc_sqlite_store *store, const char *id, fc_status why, const char *text,
                         fc_error *err)
{
    fc_error failure = { .status = why };
    (void)snprintf(failure.text, sizeof failure.text, "%s", text);
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = &failure, .frees_key = true };
    return fc_sqlite_record(store, id, &ending, (int64_t)time(NULL), err);
}

static bool photo_is_whole(const fc_sqlite_store *store, const char *id, int64_t bytes)
{
    char name[FC_PICTURE_NAME_SIZE];
    int64_t found = 0;
    fc_kept_photo_name(id, name);
    return fc_blobs_size(store->blobs, name, &found, NULL) == FC_OK && found == bytes;
}

/* Photos that somebody else has taken away cannot be worked on. */
static fc_status end_without_photo(fc_sqlite_store *store, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db, "SELECT job, bytes FROM accepted WHERE photo", &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    while (row) {
        char id[FC_JOB_ID_SIZE];
        fc_sql_column_text(select, 0, id, sizeof id);
        if (!fc_job_id_valid(id)) {
            return fc_fail(err, FC_IO, "the database of the jobs is damaged");
        }
        if (!photo_is_whole(store, id, sqlite3_column_int64(select, 1))) {
            FC_TRY(end_job(store, id, FC_IO, "its photo is no longer in the output folder", err));
        }
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

/* What waits again, and what does not. */
static fc_status resume(fc_sqlite_store *store, fc_error *err)
{
    char crashed[128];
    char text[FC_ERROR_TEXT_SIZE];
    FC_TRY(fc_sql_run(store->db, COUNT_CRASHES, err));
    FC_TRY(fc_sql_run(store->db, DELETE_UNKNOWN, err));
    (void)snprintf(crashed, sizeof crashed, "id IN (SELECT job FROM accepted WHERE crashes >= %d)",
                   FC_JOB_CRASHES_MAX);
    (void)snprintf(text, sizeof text,
                   "the service has ended %d times in the middle of this photo; it is not tried "
                   "again",
                   FC_JOB_CRASHES_MAX);
    FC_TRY(end_jobs(store, crashed, FC_LIMIT_EXCEEDED, text, err));
    FC_TRY(end_jobs(store, "id NOT IN (SELECT job FROM accepted)", FC_CANCELLED,
                    "the service was stopped before the job was done", err));
    FC_TRY(end_without_photo(store, err));
    return fc_sql_run(store->db,
                      "DELETE FROM accepted WHERE job IN (SELECT id FROM jobs WHERE finished > 0)",
                      err);
}

static bool file_is_whole(const fc_sqlite_store *store, const fc_stored_picture *picture)
{
    char name[FC_PICTURE_NAME_SIZE];
    int64_t found = 0;
    fc_picture_name(picture->job_id, picture->type, picture->number, name);
    return fc_blobs_size(store->blobs, name, &found, NULL) == FC_OK && found == picture->bytes;
}

static fc_status delete_job(fc_sqlite_store *store, const char *id, fc_error *err)
{
    FC_AUTO(fc_statement) delete = NULL;
    FC_TRY(fc_sql_prepare(store->db, "DELETE FROM jobs WHERE id = ?", &delete, err));
    fc_sql_bind_text(delete, 1, id);
    return fc_sql_finish(delete, err);
}

/* Only somebody else can have taken a file away: then its job goes as well. */
static fc_status forget_missing(fc_sqlite_store *store, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_PICTURE_COLUMNS " FROM pictures JOIN jobs"
                          " ON jobs.id = pictures.job",
                          &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    while (row) {
        const fc_stored_picture picture = fc_picture_from_row(select);
        if (!fc_job_id_valid(picture.job_id) || picture.number < 1 ||
            picture.number > FC_FACES_MAX || (unsigned)picture.type >= FC_PICTURE_TYPES_COUNT) {
            return fc_fail(err, FC_IO, "the database of the jobs is damaged");
        }
        if (!file_is_whole(store, &picture)) {
            FC_TRY(delete_job(store, picture.job_id, err));
        }
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

/* Of a picture, or (number 0) of a photo. */
static fc_status has_record(fc_statement *select, const char *id, fc_picture_type type,
                            int32_t number, bool *found, fc_error *err)
{
    (void)sqlite3_reset(select);
    fc_sql_bind_text(select, 1, id);
    fc_sql_bind_integer(select, 2, number);
    fc_sql_bind_integer(select, 3, type);
    return fc_sql_step(select, found, err);
}

/* What is here: a name of ours, or one of base/file.c for what it had not finished. Nobody else
 * writes while the store opens. */
static fc_file_kind kind_of(const char *name, char id[FC_JOB_ID_SIZE], fc_picture_type *type,
                            int32_t *number)
{
    return fc_file_is_temporary(name) ? FC_FILE_PART
                                      : fc_picture_parse_name(name, id, type, number);
}

/* Files that are not ours are left alone. */
static fc_status remove_orphan(fc_sqlite_store *store, fc_statement *select, const char *name,
                               fc_error *err)
{
    char id[FC_JOB_ID_SIZE];
    fc_picture_type type = FC_PICTURE_PNG;
    int32_t number = 0;
    bool known = false;
    const fc_file_kind kind = kind_of(name, id, &type, &number);
    if (kind == FC_FILE_PICTURE || kind == FC_FILE_PHOTO) {
        FC_TRY(has_record(select, id, type, number, &known, err));
    }
    if (kind != FC_FILE_FOREIGN && !known && unlinkat(store->folder, name, 0) != 0 &&
        errno != ENOENT) {
        return fc_fail(err, FC_IO, "%.60s in the output folder: %s", name, strerror(errno));
    }
    return FC_OK;
}

static fc_status walk_folder(fc_sqlite_store *store, DIR *folder, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT 1 FROM pictures WHERE job = ?1 AND number = ?2 AND type = ?3"
                          " UNION SELECT 1 FROM accepted WHERE job = ?1 AND photo AND ?2 = 0",
                          &select, err));
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        FC_TRY(remove_orphan(store, select, entry->d_name, err));
    }
    return FC_OK;
}

static fc_status remove_orphans(fc_sqlite_store *store, fc_error *err)
{
    const int descriptor = openat(store->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    if (folder == NULL) {
        const fc_status status = fc_fail(err, FC_IO, "output folder: %s", strerror(errno));
        if (descriptor >= 0) {
            (void)close(descriptor);
        }
        return status;
    }
    const fc_status status = walk_folder(store, folder, err);
    (void)closedir(folder);
    return status;
}

static fc_status repair_records(fc_sqlite_store *store, fc_error *err)
{
    FC_TRY(resume(store, err));
    return forget_missing(store, err);
}

/* Every job that waits again has its place among the endings that may be owed. */
static fc_status make_room(fc_sqlite_store *store, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db, "SELECT count(*) FROM accepted", &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    return fc_owed_make_room(store, (size_t)sqlite3_column_int64(select, 0), err);
}

fc_status fc_sqlite_repair(fc_sqlite_store *store, fc_error *err)
{
    FC_TRY(fc_sqlite_begin_change(store, err));
    FC_TRY(fc_sqlite_end_change(store, repair_records(store, err), err));
    FC_TRY(make_room(store, err));
    return remove_orphans(store, err);
}
