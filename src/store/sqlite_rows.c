#include "store/sqlite_rows.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"

#define SECONDS_PER_HOUR 3600

/* ---- endings that are owed ------------------------------------------------------------------- */

fc_status fc_owed_make_room(fc_sqlite_store *store, size_t jobs, fc_error *err)
{
    if (jobs <= store->owed_capacity) {
        return FC_OK;
    }
    const size_t capacity = jobs < 16 ? 16 : 2 * jobs;
    fc_owed_ending *larger = NULL;
    FC_TRY(fc_memory_new(capacity, sizeof *larger, (void **)&larger, err));
    if (store->owed_count > 0) {
        memcpy(larger, store->owed, store->owed_count * sizeof *larger);
    }
    fc_memory_free(store->owed);
    store->owed = larger;
    store->owed_capacity = capacity;
    return FC_OK;
}

static const fc_owed_ending *find(const fc_sqlite_store *store, const char *id)
{
    for (size_t i = 0; i < store->owed_count; i++) {
        if (strcmp(store->owed[i].id, id) == 0) {
            return &store->owed[i];
        }
    }
    return NULL;
}

/* Each accepted job has its place: there is room for all of them. */
void fc_owed_add(fc_sqlite_store *store, const fc_owed_ending *ending)
{
    if (find(store, ending->id) == NULL && store->owed_count < store->owed_capacity) {
        store->owed[store->owed_count++] = *ending;
    }
}

void fc_owed_forget(fc_sqlite_store *store, const char *id)
{
    const fc_owed_ending *found = find(store, id);
    if (found != NULL) {
        store->owed[found - store->owed] = store->owed[--store->owed_count];
    }
}

/* A job as it is told: with its ending, where that is owed. */
static void apply_owed(const fc_sqlite_store *store, fc_job *job)
{
    const fc_owed_ending *found = fc_job_state_final(job->state) ? NULL : find(store, job->id);
    if (found == NULL) {
        return;
    }
    job->state = FC_JOB_FAILED;
    job->finished_s = found->finished_s;
    job->expires_s = found->finished_s + (int64_t)store->base.keep_hours * SECONDS_PER_HOUR;
    (void)snprintf(job->error, sizeof job->error, "%s", fc_status_lookup(found->why.status)->slug);
    (void)snprintf(job->message, sizeof job->message, "%s", found->why.text);
}

/* ---- reading --------------------------------------------------------------------------------- */

fc_job fc_job_from_row(const fc_sqlite_store *store, fc_statement *row)
{
    fc_job job = { .number = sqlite3_column_int(row, 2),
                   .state = (fc_job_state)sqlite3_column_int(row, 5),
                   .created_s = sqlite3_column_int64(row, 6),
                   .finished_s = sqlite3_column_int64(row, 7) };
    fc_sql_column_text(row, 0, job.id, sizeof job.id);
    fc_sql_column_text(row, 1, job.batch, sizeof job.batch);
    fc_sql_column_text(row, 3, job.owner, sizeof job.owner);
    fc_sql_column_text(row, 4, job.name, sizeof job.name);
    fc_sql_column_text(row, 8, job.error, sizeof job.error);
    fc_sql_column_text(row, 9, job.message, sizeof job.message);
    if (job.finished_s > 0) {
        job.expires_s = job.finished_s + (int64_t)store->base.keep_hours * SECONDS_PER_HOUR;
    }
    apply_owed(store, &job);
    return job;
}

fc_stored_picture fc_picture_from_row(fc_statement *row)
{
    fc_stored_picture picture = { .type = (fc_picture_type)sqlite3_column_int(row, 2),
                                  .number = sqlite3_column_int(row, 3),
                                  .bytes = sqlite3_column_int64(row, 4),
                                  .saved_s = sqlite3_column_int64(row, 5),
                                  .crc32 = (uint32_t)sqlite3_column_int64(row, 6) };
    fc_sql_column_text(row, 0, picture.job_id, sizeof picture.job_id);
    fc_sql_column_text(row, 1, picture.name, sizeof picture.name);
    fc_sql_column_text(row, 7, picture.digest, sizeof picture.digest);
    return picture;
}

fc_status fc_sqlite_list_pictures(fc_sqlite_store *store, const char *id,
                                  fc_stored_picture **pictures, size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_PICTURE_COLUMNS " FROM pictures JOIN jobs"
                          " ON jobs.id = pictures.job"
                          " WHERE jobs.id = ?1 OR (jobs.batch = ?1 AND jobs.batch <> '')"
                          " ORDER BY jobs.number, pictures.number, pictures.type",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)pictures, *count, sizeof **pictures, err));
        (*pictures)[*count] = fc_picture_from_row(select);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

fc_status fc_sqlite_insert(fc_sqlite_store *store, const fc_job *job, fc_error *err)
{
    FC_ASSERT(fc_job_id_valid(job->id));
    FC_AUTO(fc_statement) insert = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "INSERT INTO jobs (" FC_JOB_COLUMNS ", answer, key, fingerprint)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', '', x'', ?, ?)",
                          &insert, err));
    fc_sql_bind_text(insert, 1, job->id);
    fc_sql_bind_text(insert, 2, job->batch);
    fc_sql_bind_integer(insert, 3, job->number);
    fc_sql_bind_text(insert, 4, job->owner);
    fc_sql_bind_text(insert, 5, job->name);
    fc_sql_bind_integer(insert, 6, job->state);
    fc_sql_bind_integer(insert, 7, (int64_t)time(NULL));
    fc_sql_bind_text(insert, 8, job->key);
    fc_sql_bind_text(insert, 9, job->fingerprint);
    return fc_sql_finish(insert, err);
}

static fc_status update_ending(fc_sqlite_store *store, const char *id, const fc_job_ending *ending,
                               int64_t finished_s, fc_error *err)
{
    FC_AUTO(fc_statement) update = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "UPDATE jobs SET state = ?, finished = ?, error = ?, message = ?,"
                          " answer = ?, key = CASE WHEN ? THEN '' ELSE key END"
                          " WHERE id = ? AND finished = 0",
                          &update, err));
    const fc_error *failure = ending->failure;
    fc_sql_bind_integer(update, 1, ending->state);
    fc_sql_bind_integer(update, 2, finished_s);
    fc_sql_bind_text(update, 3, failure != NULL ? fc_status_lookup(failure->status)->slug : "");
    fc_sql_bind_text(update, 4, failure != NULL ? failure->text : "");
    fc_sql_bind_bytes(update, 5, ending->answer);
    fc_sql_bind_integer(update, 6, ending->frees_key ? 1 : 0);
    fc_sql_bind_text(update, 7, id);
    FC_TRY(fc_sql_finish(update, err));
    if (sqlite3_changes(store->db) == 0) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    return FC_OK;
}

fc_status fc_sqlite_record(fc_sqlite_store *store, const char *id, const fc_job_ending *ending,
                           int64_t finished_s, fc_error *err)
{
    FC_TRY(update_ending(store, id, ending, finished_s, err));
    FC_AUTO(fc_statement) delete = NULL;
    FC_TRY(fc_sql_prepare(store->db, "DELETE FROM accepted WHERE job = ?", &delete, err));
    fc_sql_bind_text(delete, 1, id);
    return fc_sql_finish(delete, err);
}
