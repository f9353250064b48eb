/* The store's answers: jobs, items, pictures, totals. */
#include <string.h>

#include "base/memory.h"
#include "store/postgres_rows.h"

#define SECONDS_PER_HOUR 3600

static fc_status not_found(fc_error *err)
{
    return fc_fail(err, FC_NOT_FOUND, "Job not found");
}

static int64_t keep_s(const fc_postgres_store *store)
{
    return (int64_t)store->base.keep_hours * SECONDS_PER_HOUR;
}

/* Deleted or not: the one who deletes comes by every minute only. */
fc_status fc_postgres_read(fc_job_store *base, const char *id, fc_job *out, fc_buffer *answer,
                           fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " FC_PG_JOB_COLUMNS ", answer FROM jobs"
                        " WHERE id = $1 AND (finished = 0 OR finished > now_s() - $2::bigint)");
    fc_pg_add_text(&query, id);
    fc_pg_add_number(&query, keep_s(store));
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    if (fc_pg_count(rows) == 0) {
        return not_found(err);
    }
    if (answer != NULL) {
        const fc_bytes kept = fc_pg_bytes(rows, 0, FC_PG_JOB_COLUMN_COUNT);
        FC_TRY(fc_buffer_append(answer, kept.data, kept.size, err));
    }
    *out = fc_postgres_job(store, rows, 0);
    return FC_OK;
}

static fc_status take_jobs(const fc_postgres_store *store, const fc_pg_rows *rows, fc_job **out,
                           size_t *count, fc_error *err)
{
    fc_job *jobs = NULL;
    if (fc_pg_count(rows) == 0) {
        return FC_OK;
    }
    FC_TRY(fc_memory_new(fc_pg_count(rows), sizeof *jobs, (void **)&jobs, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        jobs[i] = fc_postgres_job(store, rows, i);
    }
    *out = jobs;
    *count = fc_pg_count(rows);
    return FC_OK;
}

fc_status fc_postgres_items(fc_job_store *base, const char *id, fc_job **out, size_t *count,
                            fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " FC_PG_JOB_COLUMNS " FROM jobs"
                        " WHERE batch = $1 AND batch <> '' ORDER BY number");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    return take_jobs(store, rows, out, count, err);
}

fc_status fc_postgres_list(fc_job_store *base, int32_t state, size_t count_max, fc_job **out,
                           size_t *count, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " FC_PG_JOB_COLUMNS " FROM jobs"
                        " WHERE $1::int < 0 OR " FC_PG_JOB_STATE " = $1"
                        " ORDER BY created DESC, number, id LIMIT $2::bigint");
    fc_pg_add_number(&query, state);
    fc_pg_add_number(&query, (int64_t)count_max);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    return take_jobs(store, rows, out, count, err);
}

/* One look at a table that holds what has not ended, and nothing else. docs/scale.md and deploy/
 * count the same way. */
static const char BACKLOG[] =
    "SELECT count(*) FILTER (WHERE NOT held AND NOT dead), count(*) FILTER (WHERE held),"
    " count(*) FILTER (WHERE dead), coalesce(floor(extract(epoch FROM clock_timestamp()) * 1000)"
    " - min(accepted_ms) FILTER (WHERE NOT held AND NOT dead), 0)::bigint"
    " FROM accepted WHERE photo";

fc_status fc_postgres_backlog(fc_job_store *base, fc_job_backlog *out, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, BACKLOG);
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    const int64_t oldest_ms = fc_pg_number(rows, 0, 3);
    *out = (fc_job_backlog){ .waiting = fc_pg_number(rows, 0, 0),
                             .claimed = fc_pg_number(rows, 0, 1),
                             .dead = fc_pg_number(rows, 0, 2),
                             .oldest_ms = oldest_ms > 0 ? oldest_ms : 0 };
    return FC_OK;
}

/* ---- pictures -------------------------------------------------------------------------------- */

#define PICTURE_COLUMNS                                                                            \
    "pictures.job, jobs.name, pictures.type, pictures.number, pictures.bytes, pictures.saved,"     \
    " pictures.crc, pictures.digest, pictures.blob"
#define BLOB_COLUMN 8

static fc_stored_picture picture_of(const fc_pg_rows *rows, size_t row)
{
    fc_stored_picture picture = { .type = (fc_picture_type)fc_pg_number(rows, row, 2),
                                  .number = (int32_t)fc_pg_number(rows, row, 3),
                                  .bytes = fc_pg_number(rows, row, 4),
                                  .saved_s = fc_pg_number(rows, row, 5),
                                  .crc32 = (uint32_t)fc_pg_number(rows, row, 6) };
    fc_pg_text(rows, row, 0, picture.job_id, sizeof picture.job_id);
    fc_pg_text(rows, row, 1, picture.name, sizeof picture.name);
    fc_pg_text(rows, row, 7, picture.digest, sizeof picture.digest);
    return picture;
}

fc_status fc_postgres_pictures(fc_job_store *base, const char *id, fc_stored_picture **out,
                               size_t *count, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " PICTURE_COLUMNS " FROM pictures JOIN jobs"
                        " ON jobs.id = pictures.job"
                        " WHERE jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> '')"
                        " ORDER BY jobs.number, pictures.number, pictures.type");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    fc_stored_picture *pictures = NULL;
    if (fc_pg_count(rows) == 0) {
        return FC_OK;
    }
    FC_TRY(fc_memory_new(fc_pg_count(rows), sizeof *pictures, (void **)&pictures, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        pictures[i] = picture_of(rows, i);
    }
    *out = pictures;
    *count = fc_pg_count(rows);
    return FC_OK;
}

fc_status fc_postgres_open_picture(fc_job_store *base, const char *id, fc_picture_type type,
                                   int32_t number, int *descriptor, fc_stored_picture *out,
                                   fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " PICTURE_COLUMNS " FROM pictures JOIN jobs"
                        " ON jobs.id = pictures.job WHERE job = $1 AND type = $2"
                        " AND pictures.number = $3 AND finished > now_s() - $4::bigint");
    fc_pg_add_text(&query, id);
    fc_pg_add_number(&query, type);
    fc_pg_add_number(&query, number);
    fc_pg_add_number(&query, keep_s(store));
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    if (fc_pg_count(rows) == 0) {
        return not_found(err);
    }
    char name[128];
    fc_error why = { 0 };
    fc_pg_text(rows, 0, BLOB_COLUMN, name, sizeof name);
    const fc_status status = fc_blobs_open(store->blobs, name, descriptor, &why);
    if (status != FC_OK) {
        return status == FC_NOT_FOUND ? not_found(err)
                                      : fc_fail(err, status, "the portrait: %s", why.text);
    }
    *out = picture_of(rows, 0);
    return FC_OK;
}

/* ---- totals, from the table that the database keeps (store/postgres_schema.c) --------------- */

/* Jobs that have not ended are few. */
static const char COUNT[] =
    "SELECT row, sum(amount)::bigint FROM totals GROUP BY row UNION ALL"
    " SELECT held::int, count(*) FROM accepted WHERE NOT dead GROUP BY held";

_Static_assert(FC_JOB_QUEUED == 0 && FC_JOB_RUNNING == 1, "COUNT says the same");

#define BYTES_ROW -1
#define CALLBACKS_ROW -2

fc_status fc_postgres_count(fc_job_store *base, fc_job_totals *out, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, COUNT);
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        const int64_t row = fc_pg_number(rows, i, 0);
        const int64_t amount = fc_pg_number(rows, i, 1);
        if (row == BYTES_ROW) {
            out->picture_bytes = amount;
        } else if (row == CALLBACKS_ROW) {
            out->callbacks_waiting = amount;
        } else if (row >= 0 && row < FC_JOB_STATES_COUNT) {
            out->jobs[row] = amount;
        }
    }
    return FC_OK;
}

/* ---- callbacks ------------------------------------------------------------------------------- */

#define CALLBACK_COLUMNS(table)                                                                    \
    table ".job, jobs.owner, " table ".url, " table ".state, " table ".tries,"                     \
          " coalesce(" table ".due, 0), jobs.finished, " table ".error"

/* So long one process has the messages to itself that it was told of: longer than it may try to
 * deliver one. */
#define CALLBACK_CLAIM_S "300"

static fc_callback callback_of(const fc_pg_rows *rows, size_t row)
{
    fc_callback callback = { .state = (fc_callback_state)fc_pg_number(rows, row, 3),
                             .tries = (int32_t)fc_pg_number(rows, row, 4),
                             .due_s = fc_pg_number(rows, row, 5),
                             .finished_s = fc_pg_number(rows, row, 6) };
    fc_pg_text(rows, row, 0, callback.job_id, sizeof callback.job_id);
    fc_pg_text(rows, row, 1, callback.owner, sizeof callback.owner);
    fc_pg_text(rows, row, 2, callback.url, sizeof callback.url);
    fc_pg_text(rows, row, 7, callback.error, sizeof callback.error);
    return callback;
}

fc_status fc_postgres_callback(fc_job_store *base, const char *id, fc_callback *out, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(
        &query,
        "SELECT " CALLBACK_COLUMNS(
            "callbacks") " FROM callbacks JOIN jobs ON jobs.id = callbacks.job WHERE job = $1");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    if (fc_pg_count(rows) == 0) {
        return not_found(err);
    }
    *out = callback_of(rows, 0);
    return FC_OK;
}

fc_status fc_postgres_due(fc_job_store *base, int64_t now_s, size_t count_max, fc_callback **out,
                          size_t *count, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query,
                "WITH next AS (SELECT job, due FROM callbacks WHERE state = 0 AND due IS NOT NULL"
                " AND due <= $1::bigint ORDER BY due LIMIT $2::bigint FOR UPDATE SKIP LOCKED),"
                " taken AS (UPDATE callbacks AS c SET due = $1::bigint + " CALLBACK_CLAIM_S
                " FROM next WHERE c.job = next.job"
                " RETURNING c.job, c.url, c.state, c.tries, next.due, c.error)"
                " SELECT " CALLBACK_COLUMNS("taken") " FROM taken JOIN jobs ON jobs.id = taken.job"
                                                     " ORDER BY taken.due");
    fc_pg_add_number(&query, now_s);
    fc_pg_add_number(&query, (int64_t)count_max);
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    fc_callback *callbacks = NULL;
    if (fc_pg_count(rows) == 0) {
        return FC_OK;
    }
    FC_TRY(fc_memory_new(fc_pg_count(rows), sizeof *callbacks, (void **)&callbacks, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        callbacks[i] = callback_of(rows, i);
    }
    *out = callbacks;
    *count = fc_pg_count(rows);
    return FC_OK;
}

fc_status fc_postgres_record_try(fc_job_store *base, const fc_callback *callback, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "UPDATE callbacks SET state = $2, tries = $3, due = $4, error = $5"
                        " WHERE job = $1");
    fc_pg_add_text(&query, callback->job_id);
    fc_pg_add_number(&query, callback->state);
    fc_pg_add_number(&query, callback->tries);
    fc_pg_add_number(&query, callback->due_s);
    fc_pg_add_bytes(&query, (fc_bytes){ (const uint8_t *)callback->error,
                                        strnlen(callback->error, sizeof callback->error) });
    FC_TRY(fc_postgres_ask(fc_postgres_of(base), &query, &rows, err));
    return fc_pg_changed(rows) > 0 ? FC_OK : not_found(err);
}
