/** Job rows: jobs and pictures as rows of the database. With the lock of the store held. */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "store/sqlite_store_private.h"

/** Columns of a job in the order in which fc_job_from_row takes them. */
#define FC_JOB_COLUMNS "id, batch, number, owner, name, state, created, finished, error, message"
#define FC_PICTURE_COLUMNS                                                                         \
    "pictures.job, jobs.name, pictures.type, pictures.number, pictures.bytes, pictures.saved, "    \
    "pictures.crc, pictures.digest"

fc_job fc_job_from_row(const fc_sqlite_store *store, fc_statement *row);
fc_stored_picture fc_picture_from_row(fc_statement *row);

/** Insert a job; created_s is set here. Within a change. */
FC_MUST_CHECK fc_status fc_sqlite_insert(fc_sqlite_store *store, const fc_job *job, fc_error *err);

/** Append accepted jobs: id, batch, number, photo and crashes of each row. As below. */
FC_MUST_CHECK fc_status fc_sqlite_list_accepted(fc_statement *select, fc_accepted_job **jobs,
                                                size_t *count, fc_error *err);

/** Append to an array as fc_sqlite_pictures; what it holds is released by the caller, also after
 *  a failure. With the lock held. */
FC_MUST_CHECK fc_status fc_sqlite_list_pictures(fc_sqlite_store *store, const char *id,
                                                fc_stored_picture **pictures, size_t *count,
                                                fc_error *err);

/** Record how a job has ended without pictures. Within a change. Errors: FC_NOT_FOUND, FC_IO. */
FC_MUST_CHECK fc_status fc_sqlite_record(fc_sqlite_store *store, const char *id,
                                         const fc_job_ending *ending, int64_t finished_s,
                                         fc_error *err);

/* ---- endings that are owed ------------------------------------------------------------------- */

/** Room to owe the endings of so many jobs. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_owed_make_room(fc_sqlite_store *store, size_t jobs, fc_error *err);

/** Nothing is owed for a job any more. */
void fc_owed_forget(fc_sqlite_store *store, const char *id);

/** Owe an ending, unless the job owes one already. */
void fc_owed_add(fc_sqlite_store *store, const fc_owed_ending *ending);
