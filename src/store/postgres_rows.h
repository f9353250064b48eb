/** PostgreSQL rows: jobs and pictures as rows of the database. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/postgres_columns.h"
#include "store/postgres_store.h"

/** Before its end a job runs while somebody holds it: a claim writes one row. */
#define FC_PG_JOB_STATE                                                                            \
    "CASE WHEN jobs.finished > 0 THEN jobs.state ELSE coalesce((SELECT accepted.held::int"         \
    " FROM accepted WHERE accepted.job = jobs.id), 0) END"

/** Columns of a job in the order in which fc_postgres_job takes them. */
#define FC_PG_JOB_COLUMNS                                                                          \
    "jobs.id, jobs.batch, jobs.number, jobs.owner, jobs.name, " FC_PG_JOB_STATE ", jobs.created,"  \
    " jobs.finished, jobs.error, jobs.message"
#define FC_PG_JOB_COLUMN_COUNT 10

fc_job fc_postgres_job(const fc_postgres_store *store, const fc_pg_rows *rows, size_t row);

/** Why jobs could not be inserted, after `status` of fc_pg_ask. Returns FC_BUSY (a key is another
 *  job's; a photo or picture took so long to be written that it was given up), FC_INVALID_ARGUMENT
 *  (an id is), else `status`, and says so. */
FC_MUST_CHECK fc_status fc_postgres_why_not(const fc_pg *pg, fc_status status, fc_error *err);

/** Keys of these jobs that stand for other requests and are old enough stand for them no longer;
 *  `freed` where there was one. */
FC_MUST_CHECK fc_status fc_postgres_free_keys(fc_postgres_store *store, const fc_job *jobs,
                                              size_t count, bool *freed, fc_error *err);

/** Lock what is accepted of a job, its items and its batch, in the order that everybody keeps: as
 *  they were accepted, the batch first; rows of jobs come after that. Within a change. */
FC_MUST_CHECK fc_status fc_postgres_lock_family(fc_pg *pg, const char *id, fc_error *err);

/** Put what a job is by its request into the next cells: batch, number, owner, name, key,
 *  fingerprint. */
void fc_postgres_add_request(const fc_job *job, fc_pg_columns *columns);
