/* Accepted jobs in the hands of this process: as it is the only one, it holds what it has claimed
 * until it gives it back or ends. The next one counts what was running as crashes (repair). */
#include "base/array.h"
#include "base/memory.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_store_private.h"

/* A batch comes when its photos have ended. */
static const char NEXT[] =
    "SELECT id, batch, number, photo, crashes FROM accepted JOIN jobs ON id = job"
    " WHERE state = 0 AND (photo OR NOT EXISTS"
    " (SELECT 1 FROM jobs AS item WHERE item.batch = jobs.id AND item.finished = 0))"
    " ORDER BY crashes, max(number, 1), serial LIMIT ?";

static fc_status set_state(fc_sqlite_store *store, const char *id, fc_job_state from,
                           fc_job_state to, fc_error *err)
{
    FC_AUTO(fc_statement) update = NULL;
    FC_TRY(fc_sql_prepare(store->db, "UPDATE jobs SET state = ? WHERE id = ? AND state = ?",
                          &update, err));
    fc_sql_bind_integer(update, 1, to);
    fc_sql_bind_text(update, 2, id);
    fc_sql_bind_integer(update, 3, from);
    return fc_sql_finish(update, err);
}

_Static_assert(FC_JOB_QUEUED == 0, "NEXT says the same");

static fc_status list_next(fc_sqlite_store *store, size_t count_max, fc_accepted_job **jobs,
                           size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db, NEXT, &select, err));
    fc_sql_bind_integer(select, 1, (int64_t)count_max);
    return fc_sqlite_list_accepted(select, jobs, count, err);
}

static fc_status take(fc_sqlite_store *store, size_t count_max, fc_accepted_job **jobs,
                      size_t *count, fc_error *err)
{
    FC_TRY(list_next(store, count_max, jobs, count, err));
    for (size_t i = 0; i < *count; i++) {
        FC_TRY(set_state(store, (*jobs)[i].id, FC_JOB_QUEUED, FC_JOB_RUNNING, err));
    }
    return FC_OK;
}

fc_status fc_sqlite_claim(fc_job_store *base, size_t count_max, fc_accepted_job **out,
                          size_t *count, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_accepted_job *jobs = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    fc_status status = fc_sqlite_begin_change(store, err);
    if (status == FC_OK) {
        status = take(store, count_max, &jobs, &found, err);
        status = fc_sqlite_end_change(store, status, err);
    }
    status = fc_sqlite_leave(store, status);
    if (status != FC_OK) {
        fc_memory_free(jobs);
        return status;
    }
    *out = jobs;
    *count = found;
    return FC_OK;
}

/* Nobody else takes anything; what was deleted is found out at its end. */
fc_status fc_sqlite_renew(fc_job_store *base, fc_accepted_job **lost, size_t *count, fc_error *err)
{
    (void)base;
    (void)err;
    *lost = NULL;
    *count = 0;
    return FC_OK;
}

fc_status fc_sqlite_release(fc_job_store *base, const char *id, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    return fc_sqlite_leave(store, set_state(store, id, FC_JOB_RUNNING, FC_JOB_QUEUED, err));
}

/* There is no other process. */
fc_status fc_sqlite_await(fc_job_store *base, bool *news, fc_error *err)
{
    (void)base;
    (void)news;
    return fc_fail(err, FC_INVALID_ARGUMENT, "this store is not shared");
}

void fc_sqlite_ring(fc_job_store *base)
{
    (void)base;
}
