/* Jobs in the hands of this process. A claim has an end, by the clock of the database, and an
 * epoch: who claims a job next gets a higher one, and only the holder of the latest may end it. */
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "store/postgres_rows.h"

/* What nobody has renewed waits again, or is dead: its photo is kept until the job expires. Rows of
 * "accepted" are locked before those of "jobs", by everybody. */
static const char REAP[] =
    "WITH late AS (SELECT serial FROM accepted WHERE held AND due < clock_timestamp()"
    " FOR UPDATE SKIP LOCKED),"
    " freed AS (UPDATE accepted AS a SET held = false, excused = false,"
    " crashes = crashes + CASE WHEN excused THEN 0 ELSE 1 END,"
    " dead = photo AND NOT excused AND crashes + 1 >= $1::int"
    " FROM late WHERE a.serial = late.serial RETURNING a.job, a.dead)"
    " UPDATE jobs SET state = CASE WHEN dead THEN 3 ELSE 0 END,"
    " finished = CASE WHEN dead THEN now_s() ELSE 0 END,"
    " error = CASE WHEN dead THEN $2 ELSE '' END,"
    " message = CASE WHEN dead THEN $3::bytea ELSE '' END,"
    " key = CASE WHEN dead THEN '' ELSE key END"
    " FROM freed WHERE jobs.id = freed.job AND finished = 0";

_Static_assert(FC_JOB_QUEUED == 0 && FC_JOB_RUNNING == 1 && FC_JOB_FAILED == 3,
               "REAP and CLAIM say the same");

/* $3: what was lost here and is still worked on; the end of that work would be taken for the new
 * one's. */
static const char CLAIM[] =
    "WITH next AS (SELECT serial FROM accepted WHERE NOT held AND NOT dead AND waits = 0"
    " AND job <> ALL ($3::text[])"
    " ORDER BY crashes, turn, serial LIMIT $1::bigint FOR UPDATE SKIP LOCKED),"
    " taken AS (UPDATE accepted AS a SET held = true, epoch = epoch + 1,"
    " due = clock_timestamp() + $2::int * interval '1 second'"
    " FROM next WHERE a.serial = next.serial RETURNING a.*),"
    " runs AS (UPDATE jobs SET state = 1 FROM taken WHERE jobs.id = taken.job"
    " RETURNING jobs.id, jobs.batch, jobs.number)"
    " SELECT id, batch, number, photo, crashes, epoch FROM taken JOIN runs ON id = job"
    " ORDER BY crashes, turn, serial";

/* The epoch of a claim that was lost and whose work has not ended yet: no job has it. */
#define LOST 0

/* ---- what is held ---------------------------------------------------------------------------- */

static fc_claim_held *find(const fc_postgres_store *store, const char *id)
{
    for (size_t i = 0; i < store->held_count; i++) {
        if (strcmp(store->held[i].id, id) == 0) {
            return &store->held[i];
        }
    }
    return NULL;
}

int64_t fc_postgres_epoch(const fc_postgres_store *store, const char *id)
{
    const fc_claim_held *found = find(store, id);
    return found != NULL ? found->epoch : -1;
}

void fc_postgres_forget(fc_postgres_store *store, const char *id)
{
    fc_claim_held *found = find(store, id);
    if (found != NULL) {
        *found = store->held[--store->held_count];
    }
}

static fc_status hold(fc_postgres_store *store, const char *id, int64_t epoch, fc_error *err)
{
    fc_postgres_forget(store, id); /* overdue, and taken back by this process itself */
    FC_TRY(fc_array_make_room((void **)&store->held, store->held_count, sizeof *store->held, err));
    fc_claim_held *held = &store->held[store->held_count++];
    memcpy(held->id, id, sizeof held->id);
    held->epoch = epoch;
    return FC_OK;
}

/* Two parameters: the ids of all that is held, and their epochs. What was lost is not in the
 * database under its epoch. */
static fc_status list_held(const fc_postgres_store *store, fc_buffer *ids, fc_buffer *epochs,
                           fc_error *err)
{
    for (size_t i = 0; i < store->held_count; i++) {
        FC_TRY(fc_names_add(ids, store->held[i].id, err));
        FC_TRY(fc_buffer_print(epochs, err, "%s%lld", i == 0 ? "{" : ",",
                               (long long)store->held[i].epoch));
    }
    FC_TRY(fc_names_end(ids, err));
    return fc_names_end(epochs, err);
}

static fc_status list_lost(const fc_postgres_store *store, fc_buffer *ids, fc_error *err)
{
    for (size_t i = 0; i < store->held_count; i++) {
        if (store->held[i].epoch == LOST) {
            FC_TRY(fc_names_add(ids, store->held[i].id, err));
        }
    }
    return fc_names_end(ids, err);
}

/* ---- claiming -------------------------------------------------------------------------------- */

static fc_status reap(fc_postgres_store *store, fc_error *err)
{
    static const char WHY[] = "the service has ended 3 times in the middle of this photo; it is "
                              "not tried again";
    _Static_assert(FC_JOB_CRASHES_MAX == 3, "WHY says the same");
    fc_pg_query query;
    fc_pg_start(&query, REAP);
    fc_pg_add_number(&query, FC_JOB_CRASHES_MAX);
    fc_pg_add_text(&query, fc_status_lookup(FC_LIMIT_EXCEEDED)->slug);
    fc_pg_add_bytes(&query, (fc_bytes){ (const uint8_t *)WHY, sizeof WHY - 1 });
    return fc_pg_ask(store->pg, &query, NULL, err);
}

static fc_status take(fc_postgres_store *store, size_t count_max, fc_accepted_job **jobs,
                      size_t *count, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_AUTO_BUFFER(lost, FC_NAMES_BYTES_MAX);
    FC_TRY(list_lost(store, &lost, err));
    fc_pg_start(&query, CLAIM);
    fc_pg_add_number(&query, (int64_t)count_max);
    fc_pg_add_number(&query, store->times.claim_s);
    fc_pg_add_text(&query, fc_buffer_text(&lost));
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++, (*count)++) {
        FC_TRY(fc_array_make_room((void **)jobs, *count, sizeof **jobs, err));
        fc_accepted_job *job = &(*jobs)[*count];
        *job = (fc_accepted_job){ .number = (int32_t)fc_pg_number(rows, i, 2),
                                  .photo = fc_pg_number(rows, i, 3) != 0,
                                  .crashes = (int32_t)fc_pg_number(rows, i, 4) };
        fc_pg_text(rows, i, 0, job->id, sizeof job->id);
        fc_pg_text(rows, i, 1, job->batch, sizeof job->batch);
        FC_TRY(hold(store, job->id, fc_pg_number(rows, i, 5), err));
    }
    return FC_OK;
}

/* What was claimed and cannot be told of is not renewed, and waits again in a minute. */
fc_status fc_postgres_claim(fc_job_store *base, size_t count_max, fc_accepted_job **out,
                            size_t *count, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_accepted_job *jobs = NULL;
    size_t found = 0;
    FC_TRY(fc_postgres_enter(store, err));
    fc_status status = reap(store, err);
    status = status != FC_OK ? status : take(store, count_max, &jobs, &found, err);
    for (size_t i = 0; status != FC_OK && i < found; i++) {
        fc_postgres_forget(store, jobs[i].id);
    }
    status = fc_postgres_leave(store, status);
    if (status != FC_OK) {
        fc_memory_free(jobs);
        return status;
    }
    *out = jobs;
    *count = found;
    return FC_OK;
}

/* ---- renewing -------------------------------------------------------------------------------- */

static bool is_among(const fc_pg_rows *rows, const char *wanted)
{
    bool found = false;
    for (size_t i = 0; i < fc_pg_count(rows) && !found; i++) {
        char id[FC_JOB_ID_SIZE];
        fc_pg_text(rows, i, 0, id, sizeof id);
        found = strcmp(id, wanted) == 0;
    }
    return found;
}

/* What the database has not given back is lost. It stays in the list until its work has ended or it
 * is released: that work must not end it. */
static fc_status sort_out(fc_postgres_store *store, const fc_pg_rows *rows, fc_accepted_job **lost,
                          size_t *count, fc_error *err)
{
    for (size_t i = 0; i < store->held_count; i++) {
        fc_claim_held *held = &store->held[i];
        if (held->epoch != LOST && !is_among(rows, held->id)) {
            FC_TRY(fc_array_make_room((void **)lost, *count, sizeof **lost, err));
            fc_accepted_job *job = &(*lost)[(*count)++];
            *job = (fc_accepted_job){ 0 };
            memcpy(job->id, held->id, sizeof job->id);
            held->epoch = LOST;
        }
    }
    return FC_OK;
}

static fc_status renew(fc_postgres_store *store, fc_accepted_job **lost, size_t *count,
                       fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_AUTO_BUFFER(ids, FC_NAMES_BYTES_MAX);
    FC_AUTO_BUFFER(epochs, FC_NAMES_BYTES_MAX);
    FC_TRY(list_held(store, &ids, &epochs, err));
    fc_pg_start(&query,
                "UPDATE accepted SET due = clock_timestamp() + $3::int * interval '1 second'"
                " FROM unnest($1::text[], $2::bigint[]) AS mine (job, epoch)"
                " WHERE accepted.job = mine.job AND accepted.epoch = mine.epoch AND held"
                " RETURNING accepted.job");
    fc_pg_add_text(&query, fc_buffer_text(&ids));
    fc_pg_add_text(&query, fc_buffer_text(&epochs));
    fc_pg_add_number(&query, store->times.claim_s);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    store->renewed_us = fc_clock_us();
    return sort_out(store, rows, lost, count, err);
}

fc_status fc_postgres_renew(fc_job_store *base, fc_accepted_job **lost, size_t *count,
                            fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_status status = FC_OK;
    FC_TRY(fc_postgres_enter(store, err));
    const int64_t renew_us = INT64_C(1000000) * store->times.claim_s / 4;
    if (store->held_count > 0 && fc_clock_us() - store->renewed_us >= renew_us) {
        status = renew(store, lost, count, err);
    }
    status = fc_postgres_leave(store, status);
    if (status != FC_OK) {
        fc_memory_free(*lost);
        *lost = NULL;
        *count = 0;
    }
    return status;
}

/* ---- giving back ----------------------------------------------------------------------------- */

static const char RELEASE[] =
    "WITH freed AS (UPDATE accepted SET held = false, excused = false"
    " WHERE job = $1 AND epoch = $2::bigint AND held RETURNING job)"
    " UPDATE jobs SET state = 0 FROM freed WHERE id = job AND finished = 0";

fc_status fc_postgres_release(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_status status = FC_OK;
    FC_TRY(fc_postgres_enter(store, err));
    const int64_t epoch = fc_postgres_epoch(store, id);
    if (epoch >= 0) {
        fc_pg_query query;
        fc_pg_start(&query, RELEASE);
        fc_pg_add_text(&query, id);
        fc_pg_add_number(&query, epoch);
        status = fc_pg_ask(store->pg, &query, NULL, err);
    }
    if (status == FC_OK) {
        fc_postgres_forget(store, id);
    }
    return fc_postgres_leave(store, status);
}

/* Whatever this process holds: should it be killed from now on, that is no crash. */
fc_status fc_postgres_stop(fc_job_store *base, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO_BUFFER(ids, FC_NAMES_BYTES_MAX);
    FC_AUTO_BUFFER(epochs, FC_NAMES_BYTES_MAX);
    FC_TRY(fc_postgres_enter(store, err));
    fc_status status = list_held(store, &ids, &epochs, err);
    if (status == FC_OK) {
        fc_pg_start(&query, "UPDATE accepted SET excused = true"
                            " FROM unnest($1::text[], $2::bigint[]) AS mine (job, epoch)"
                            " WHERE accepted.job = mine.job AND accepted.epoch = mine.epoch");
        fc_pg_add_text(&query, fc_buffer_text(&ids));
        fc_pg_add_text(&query, fc_buffer_text(&epochs));
        status = fc_pg_ask(store->pg, &query, NULL, err);
    }
    return fc_postgres_leave(store, status);
}

/* A claim says so already. */
fc_status fc_postgres_run(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    fc_pg_start(&query, "UPDATE jobs SET state = 1 WHERE id = $1 AND finished = 0 AND state <> 1");
    fc_pg_add_text(&query, id);
    return fc_postgres_ask(store, &query, NULL, err);
}

/* ---- dead jobs ------------------------------------------------------------------------------- */

/* Its batch waits for it again, where that has not ended; its end will be told again. */
static const char REVIVE[] =
    "WITH back AS (UPDATE accepted SET dead = false, crashes = 0, due = clock_timestamp()"
    " WHERE job = $1 AND dead RETURNING job),"
    " jobs_back AS (UPDATE jobs SET state = 0, finished = 0, error = '', message = ''"
    " FROM back WHERE id = job RETURNING batch),"
    " batches AS (UPDATE accepted SET waits = waits + 1 FROM jobs_back"
    " WHERE accepted.job = jobs_back.batch),"
    " told AS (UPDATE callbacks SET state = 0, tries = 0, due = NULL, error = '' FROM back"
    " WHERE callbacks.job = back.job)"
    " SELECT count(*) FROM back";

static fc_status revive(fc_postgres_store *store, const char *id, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_TRY(fc_postgres_lock_family(store, id, err));
    fc_pg_start(&query, REVIVE);
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    return fc_pg_number(rows, 0, 0) > 0
               ? FC_OK
               : fc_fail(err, FC_INVALID_ARGUMENT,
                         "job %s is not dead, so it cannot be tried again", id);
}

fc_status fc_postgres_retry(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_job job = { 0 };
    FC_TRY(fc_postgres_read(base, id, &job, NULL, err));
    FC_TRY(fc_postgres_enter(store, err));
    fc_status status = fc_pg_begin(store->pg, err);
    if (status == FC_OK) {
        status = fc_pg_end(store->pg, revive(store, id, err), err);
    }
    return fc_postgres_leave(store, status);
}
