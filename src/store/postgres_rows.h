/** PostgreSQL rows: jobs and pictures as rows of the database. With the lock of the store held. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/postgres_store.h"

/** Columns of a job in the order in which fc_postgres_job takes them. */
#define FC_PG_JOB_COLUMNS                                                                          \
    "jobs.id, jobs.batch, jobs.number, jobs.owner, jobs.name, jobs.state, jobs.created,"           \
    " jobs.finished, jobs.error, jobs.message"
#define FC_PG_JOB_COLUMN_COUNT 10

fc_job fc_postgres_job(const fc_postgres_store *store, const fc_pg_rows *rows, size_t row);

/** Insert a job that begins now. Errors: FC_BUSY (its key is another job's), FC_INVALID_ARGUMENT
 *  (its id is); those of fc_pg_ask. */
FC_MUST_CHECK fc_status fc_postgres_insert(fc_postgres_store *store, const fc_job *job,
                                           fc_error *err);

/** A blob's name is on the list of the doomed until its record is there: should this process die
 *  before, it is removed in an hour. `when` is a condition for that, with $2 the id of the job:
 *  where it does not hold nothing is done and `met` is false. */
FC_MUST_CHECK fc_status fc_postgres_announce(fc_postgres_store *store, const char *names,
                                             const char *id, const char *when, bool *met,
                                             fc_error *err);

/** Strike so many names off that list, with the change that records them. Errors: FC_BUSY where one
 *  was too slow, and is being removed. */
FC_MUST_CHECK fc_status fc_postgres_confirm(fc_postgres_store *store, const char *names,
                                            size_t count, fc_error *err);

/** Lock what is accepted of a job, its items and its batch, in the order that everybody keeps: as
 *  they were accepted, the batch first; rows of jobs come after that. Within a change. */
FC_MUST_CHECK fc_status fc_postgres_lock_family(fc_postgres_store *store, const char *id,
                                                fc_error *err);
