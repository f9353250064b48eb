#include "store/postgres_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define SECONDS_PER_HOUR 3600

static fc_bytes bytes_of(const char *text)
{
    return (fc_bytes){ (const uint8_t *)text, strlen(text) };
}

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

/* A key that is old enough stands for its request no longer. */
static fc_status free_old_key(fc_postgres_store *store, const char *key, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "UPDATE jobs SET key = '' WHERE key = $1 AND finished > 0"
                        " AND finished <= now_s() - $2::bigint");
    fc_pg_add_text(&query, key);
    fc_pg_add_number(&query, FC_JOB_KEY_AGE_S);
    return fc_pg_ask(store->pg, &query, NULL, err);
}

fc_status fc_postgres_insert(fc_postgres_store *store, const fc_job *job, fc_error *err)
{
    FC_ASSERT(fc_job_id_valid(job->id));
    FC_TRY(job->key[0] != '\0' ? free_old_key(store, job->key, err) : FC_OK);
    fc_pg_query query;
    fc_pg_start(&query, "INSERT INTO jobs (id, batch, number, owner, name, state, created, key,"
                        " fingerprint) VALUES ($1, $2, $3, $4, $5, $6, now_s(), $7, $8)");
    fc_pg_add_text(&query, job->id);
    fc_pg_add_text(&query, job->batch);
    fc_pg_add_number(&query, job->number);
    fc_pg_add_text(&query, job->owner);
    fc_pg_add_bytes(&query, bytes_of(job->name));
    fc_pg_add_number(&query, job->state);
    fc_pg_add_text(&query, job->key);
    fc_pg_add_text(&query, job->fingerprint);
    const fc_status status = fc_pg_ask(store->pg, &query, NULL, err);
    if (status != FC_OK && fc_pg_violates(store->pg, "jobs_of_key")) {
        return fc_fail(err, FC_BUSY, "the first request of this key is being worked on");
    }
    if (status != FC_OK && fc_pg_violates(store->pg, "jobs_pkey")) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "there is a job of this id already");
    }
    return status;
}

fc_status fc_postgres_announce(fc_postgres_store *store, const char *names, const char *id,
                               const char *when, bool *met, fc_error *err)
{
    char sql[512];
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    (void)snprintf(sql, sizeof sql,
                   "WITH allowed AS (SELECT 1 WHERE $2::text IS NOT NULL AND (%s)),"
                   " added AS (INSERT INTO doomed (name, due)"
                   " SELECT name, clock_timestamp() + $3::int * interval '1 second'"
                   " FROM unnest($1::text[]) AS name, allowed)"
                   " SELECT count(*) FROM allowed",
                   when);
    fc_pg_start(&query, sql);
    fc_pg_add_text(&query, names);
    fc_pg_add_text(&query, id);
    fc_pg_add_number(&query, store->times.doomed_s);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    *met = fc_pg_number(rows, 0, 0) > 0;
    return FC_OK;
}

fc_status fc_postgres_confirm(fc_postgres_store *store, const char *names, size_t count,
                              fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "DELETE FROM doomed WHERE name = ANY ($1::text[]) AND NOT taken");
    fc_pg_add_text(&query, names);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    return fc_pg_changed(rows) == (int64_t)count
               ? FC_OK
               : fc_fail(err, FC_BUSY,
                         "pictures took so long to be written that they were given up");
}

/* The batch before its items, as they were accepted. */
fc_status fc_postgres_lock_family(fc_postgres_store *store, const char *id, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "SELECT 1 FROM accepted JOIN jobs ON jobs.id = accepted.job"
                        " WHERE jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> '')"
                        " OR jobs.id = (SELECT batch FROM jobs WHERE id = $1)"
                        " ORDER BY serial FOR UPDATE OF accepted");
    fc_pg_add_text(&query, id);
    return fc_pg_ask(store->pg, &query, NULL, err);
}
