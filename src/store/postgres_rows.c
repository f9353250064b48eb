#include "store/postgres_rows.h"

#include <string.h>

#include "base/assert.h"

#define SECONDS_PER_HOUR 3600

fc_job fc_postgres_job(const fc_postgres_store *store, const fc_pg_rows *rows, size_t row)
{
    fc_job job = { .number = (int32_t)fc_pg_number(rows, row, 2),
                   .state = (fc_job_state)fc_pg_number(rows, row, 5),
                   .created_s = fc_pg_number(rows, row, 6),
                   .finished_s = fc_pg_number(rows, row, 7) };
    fc_pg_text(rows, row, 0, job.id, sizeof job.id);
    fc_pg_text(rows, row, 1, job.batch, sizeof job.batch);
    fc_pg_text(rows, row, 3, job.owner, sizeof job.owner);
    fc_pg_text(rows, row, 4, job.name, sizeof job.name);
    fc_pg_text(rows, row, 8, job.error, sizeof job.error);
    fc_pg_text(rows, row, 9, job.message, sizeof job.message);
    if (job.finished_s > 0) {
        job.expires_s = job.finished_s + (int64_t)store->base.keep_hours * SECONDS_PER_HOUR;
    }
    return job;
}

fc_status fc_postgres_why_not(const fc_pg *pg, fc_status status, fc_error *err)
{
    if (fc_pg_violates(pg, "jobs_of_key")) {
        return fc_fail(err, FC_BUSY, "the first request of this key is being worked on");
    }
    if (fc_pg_violates(pg, "jobs_pkey")) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "there is a job of this id already");
    }
    if (fc_pg_violates(pg, "too_late")) {
        return fc_fail(err, FC_BUSY, "pictures took so long to be written that they were given up");
    }
    return status;
}

fc_status fc_postgres_free_keys(fc_postgres_store *store, const fc_job *jobs, size_t count,
                                bool *freed, fc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        fc_pg_query query;
        FC_AUTO(fc_pg_rows) rows = NULL;
        if (jobs[i].key[0] != '\0') {
            fc_pg_start(&query, "UPDATE jobs SET key = '' WHERE key = $1 AND finished > 0"
                                " AND finished <= now_s() - $2::bigint");
            fc_pg_add_text(&query, jobs[i].key);
            fc_pg_add_number(&query, FC_JOB_KEY_AGE_S);
            FC_TRY(fc_postgres_ask(store, &query, &rows, err));
            *freed = *freed || fc_pg_changed(rows) > 0;
        }
    }
    return FC_OK;
}

/* The batch before its items, as they were accepted. */
fc_status fc_postgres_lock_family(fc_pg *pg, const char *id, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "SELECT 1 FROM accepted JOIN jobs ON jobs.id = accepted.job"
                        " WHERE jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> '')"
                        " OR jobs.id = (SELECT batch FROM jobs WHERE id = $1)"
                        " ORDER BY serial FOR UPDATE OF accepted");
    fc_pg_add_text(&query, id);
    return fc_pg_ask(pg, &query, NULL, err);
}

void fc_postgres_add_request(const fc_job *job, fc_pg_columns *columns)
{
    FC_ASSERT(fc_job_id_valid(job->id));
    fc_pg_columns_text(columns, job->batch);
    fc_pg_columns_number(columns, job->number);
    fc_pg_columns_text(columns, job->owner);
    fc_pg_columns_bytes(columns, (fc_bytes){ (const uint8_t *)job->name, strlen(job->name) });
    fc_pg_columns_text(columns, job->key);
    fc_pg_columns_text(columns, job->fingerprint);
}
