/* The outbox: whom the ends of jobs are told to. */
#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_store_private.h"

#define COLUMNS                                                                                    \
    "job, owner, url, callbacks.state, tries, coalesce(due, 0), finished,"                         \
    " callbacks.error"
#define ROWS "callbacks JOIN jobs ON jobs.id = callbacks.job"

static fc_callback from_row(fc_statement *row)
{
    fc_callback callback = { .state = (fc_callback_state)sqlite3_column_int(row, 3),
                             .tries = sqlite3_column_int(row, 4),
                             .due_s = sqlite3_column_int64(row, 5),
                             .finished_s = sqlite3_column_int64(row, 6) };
    fc_sql_column_text(row, 0, callback.job_id, sizeof callback.job_id);
    fc_sql_column_text(row, 1, callback.owner, sizeof callback.owner);
    fc_sql_column_text(row, 2, callback.url, sizeof callback.url);
    fc_sql_column_text(row, 7, callback.error, sizeof callback.error);
    return callback;
}

static fc_status not_found(fc_error *err)
{
    return fc_fail(err, FC_NOT_FOUND, "Job not found");
}

static fc_status read_one(fc_sqlite_store *store, const char *id, fc_callback *out, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(
        fc_sql_prepare(store->db, "SELECT " COLUMNS " FROM " ROWS " WHERE job = ?", &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, &row, err));
    if (!row) {
        return not_found(err);
    }
    *out = from_row(select);
    return FC_OK;
}

fc_status fc_sqlite_callback(fc_job_store *base, const char *id, fc_callback *out, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    return fc_sqlite_leave(store, read_one(store, id, out, err));
}

static fc_status list_due(fc_sqlite_store *store, int64_t now_s, size_t count_max,
                          fc_callback **callbacks, size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " COLUMNS " FROM " ROWS
                          " WHERE callbacks.state = 0 AND due IS NOT NULL AND due <= ?"
                          " ORDER BY due LIMIT ?",
                          &select, err));
    fc_sql_bind_integer(select, 1, now_s);
    fc_sql_bind_integer(select, 2, (int64_t)count_max);
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)callbacks, *count, sizeof **callbacks, err));
        (*callbacks)[*count] = from_row(select);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

_Static_assert(FC_CALLBACK_WAITING == 0, "list_due and the index say the same");

fc_status fc_sqlite_due(fc_job_store *base, int64_t now_s, size_t count_max, fc_callback **out,
                        size_t *count, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_callback *callbacks = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status =
        fc_sqlite_leave(store, list_due(store, now_s, count_max, &callbacks, &found, err));
    if (status != FC_OK) {
        fc_memory_free(callbacks);
        return status;
    }
    *out = callbacks;
    *count = found;
    return FC_OK;
}

static fc_status update(fc_sqlite_store *store, const fc_callback *callback, fc_error *err)
{
    FC_AUTO(fc_statement) change = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "UPDATE callbacks SET state = ?, tries = ?, due = ?, error = ?"
                          " WHERE job = ?",
                          &change, err));
    fc_sql_bind_integer(change, 1, callback->state);
    fc_sql_bind_integer(change, 2, callback->tries);
    fc_sql_bind_integer(change, 3, callback->due_s);
    fc_sql_bind_text(change, 4, callback->error);
    fc_sql_bind_text(change, 5, callback->job_id);
    FC_TRY(fc_sql_finish(change, err));
    return sqlite3_changes(store->db) > 0 ? FC_OK : not_found(err);
}

fc_status fc_sqlite_record_try(fc_job_store *base, const fc_callback *callback, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    return fc_sqlite_leave(store, update(store, callback, err));
}
