/* The store's answers: jobs, items, pictures. */
#include <time.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"

#define SECONDS_PER_HOUR 3600

static fc_status not_found(fc_error *err)
{
    return fc_fail(err, FC_NOT_FOUND, "Job not found");
}

/* Deleted or not: the one who deletes comes by every minute only. */
static bool has_expired(const fc_job *job)
{
    return job->expires_s > 0 && job->expires_s <= (int64_t)time(NULL);
}

static fc_status read_job(fc_sqlite_store *store, const char *id, fc_job *out, fc_buffer *answer,
                          fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db, "SELECT " FC_JOB_COLUMNS ", answer FROM jobs WHERE id = ?",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, &row, err));
    if (!row) {
        return not_found(err);
    }
    const fc_job job = fc_job_from_row(store, select);
    if (has_expired(&job)) {
        return not_found(err);
    }
    if (answer != NULL) {
        const void *bytes = sqlite3_column_blob(select, 10);
        FC_TRY(fc_buffer_append(answer, bytes, (size_t)sqlite3_column_bytes(select, 10), err));
    }
    *out = job;
    return FC_OK;
}

fc_status fc_sqlite_read(fc_job_store *base, const char *id, fc_job *out, fc_buffer *answer,
                         fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status = read_job(store, id, out, answer, err);
    return fc_sqlite_leave(store, status);
}

static fc_status take_jobs(const fc_sqlite_store *store, fc_statement *select, fc_job **jobs,
                           size_t *count, fc_error *err)
{
    bool row = false;
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)jobs, *count, sizeof **jobs, err));
        (*jobs)[*count] = fc_job_from_row(store, select);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

static fc_status list_items(fc_sqlite_store *store, const char *id, fc_job **items, size_t *count,
                            fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_JOB_COLUMNS " FROM jobs WHERE batch = ? AND batch <> ''"
                          " ORDER BY number",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    return take_jobs(store, select, items, count, err);
}

fc_status fc_sqlite_items(fc_job_store *base, const char *id, fc_job **out, size_t *count,
                          fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_job *items = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status = fc_sqlite_leave(store, list_items(store, id, &items, &found, err));
    if (status != FC_OK) {
        fc_memory_free(items);
        return status;
    }
    *out = items;
    *count = found;
    return FC_OK;
}

static fc_status list_jobs(fc_sqlite_store *store, int32_t state, size_t count_max, fc_job **jobs,
                           size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_JOB_COLUMNS " FROM jobs WHERE ?1 < 0 OR state = ?1"
                          " ORDER BY created DESC, number, id LIMIT ?2",
                          &select, err));
    fc_sql_bind_integer(select, 1, state);
    fc_sql_bind_integer(select, 2, (int64_t)count_max);
    return take_jobs(store, select, jobs, count, err);
}

fc_status fc_sqlite_list(fc_job_store *base, int32_t state, size_t count_max, fc_job **out,
                         size_t *count, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_job *jobs = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status =
        fc_sqlite_leave(store, list_jobs(store, state, count_max, &jobs, &found, err));
    if (status != FC_OK) {
        fc_memory_free(jobs);
        return status;
    }
    *out = jobs;
    *count = found;
    return FC_OK;
}

/* A photo is kept until its job has ended, however it does. */
fc_status fc_sqlite_retry(fc_job_store *base, const char *id, fc_error *err)
{
    fc_job job = { 0 };
    FC_TRY(fc_sqlite_read(base, id, &job, NULL, err));
    return fc_fail(err, FC_INVALID_ARGUMENT,
                   "the photo of job %s was not kept, so it cannot be tried again", job.id);
}

fc_status fc_sqlite_pictures(fc_job_store *base, const char *id, fc_stored_picture **out,
                             size_t *count, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_stored_picture *pictures = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status =
        fc_sqlite_leave(store, fc_sqlite_list_pictures(store, id, &pictures, &found, err));
    if (status != FC_OK) {
        fc_memory_free(pictures);
        return status;
    }
    *out = pictures;
    *count = found;
    return FC_OK;
}

static fc_status read_picture(fc_sqlite_store *store, const char *id, fc_picture_type type,
                              int32_t number, fc_stored_picture *out, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_PICTURE_COLUMNS " FROM pictures JOIN jobs"
                          " ON jobs.id = pictures.job"
                          " WHERE job = ? AND type = ? AND pictures.number = ? AND finished > ?",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    fc_sql_bind_integer(select, 2, type);
    fc_sql_bind_integer(select, 3, number);
    fc_sql_bind_integer(select, 4,
                        (int64_t)time(NULL) - (int64_t)store->base.keep_hours * SECONDS_PER_HOUR);
    FC_TRY(fc_sql_step(select, &row, err));
    if (!row) {
        return not_found(err);
    }
    *out = fc_picture_from_row(select);
    return FC_OK;
}

fc_status fc_sqlite_open_picture(fc_job_store *base, const char *id, fc_picture_type type,
                                 int32_t number, int *descriptor, fc_stored_picture *out,
                                 fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_stored_picture picture = { 0 };
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status =
        fc_sqlite_leave(store, read_picture(store, id, type, number, &picture, err));
    FC_TRY(status);
    FC_TRY(fc_picture_open(store->blobs, id, type, number, descriptor, err));
    *out = picture;
    return FC_OK;
}

/* ---- totals, from the table that the database keeps (sqlite_database.c) ---------------------- */

/* Rows are the states; two more have the bytes, and the callbacks that wait. */
#define BYTES_ROW -1
#define CALLBACKS_ROW -2

static fc_status read_totals(sqlite3 *db, fc_job_totals *totals, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(db, "SELECT row, amount FROM temp.totals", &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    while (row) {
        const int64_t key = sqlite3_column_int64(select, 0);
        const int64_t amount = sqlite3_column_int64(select, 1);
        if (key == BYTES_ROW) {
            totals->picture_bytes = amount;
        } else if (key == CALLBACKS_ROW) {
            totals->callbacks_waiting = amount;
        } else if (key >= 0 && key < FC_JOB_STATES_COUNT) {
            totals->jobs[key] = amount;
        }
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

fc_status fc_sqlite_count(fc_job_store *base, fc_job_totals *out, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    return fc_sqlite_leave(store, read_totals(store->db, out, err));
}

/* ---- what waits ------------------------------------------------------------------------------ */

/* Nothing is dead here: what has crashed too often has ended. */
static const char BACKLOG[] =
    "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),"
    " coalesce(max(0, ?1 - min(accepted_ms) FILTER (WHERE state = 0)), 0)"
    " FROM accepted JOIN jobs ON id = job WHERE photo";

_Static_assert(FC_JOB_QUEUED == 0 && FC_JOB_RUNNING == 1, "BACKLOG says the same");

static int64_t now_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static fc_status read_backlog(sqlite3 *db, fc_job_backlog *backlog, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(db, BACKLOG, &select, err));
    fc_sql_bind_integer(select, 1, now_ms());
    FC_TRY(fc_sql_step(select, &row, err));
    *backlog = (fc_job_backlog){ .waiting = sqlite3_column_int64(select, 0),
                                 .claimed = sqlite3_column_int64(select, 1),
                                 .oldest_ms = sqlite3_column_int64(select, 2) };
    return FC_OK;
}

fc_status fc_sqlite_backlog(fc_job_store *base, fc_job_backlog *out, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    return fc_sqlite_leave(store, read_backlog(store->db, out, err));
}
