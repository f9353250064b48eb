/* How jobs end, and how they are deleted. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/postgres_columns.h"
#include "store/postgres_group.h"
#include "store/postgres_rows.h"

#define SECONDS_PER_HOUR 3600

/* So long an ending is tried to be recorded while the database is away, and how often. Whoever
 * claims the job meanwhile ends it instead. */
#define TRY_US INT64_C(60000000)
#define TRY_PAUSE_NS 250000000L

/* Jobs that one change deletes. */
#define EXPIRE_STEP 64

/* An ending on its way. */
typedef struct closing {
    fc_pg_member member; /* first */
    const fc_job *job;   /* to be inserted; NULL: it was accepted */
    const char *id;
    const fc_job_ending *ending;
    char token[FC_TOKEN_SIZE];
    fc_stored_picture *saved;
    char (*blobs)[FC_BLOB_NAME_SIZE];
    fc_buffer names; /* of the blobs of the pictures */
    bool photo;      /* out: the job had one, which goes */
} closing;

static fc_status not_found(fc_error *err)
{
    return fc_fail(err, FC_NOT_FOUND, "Job not found");
}

/* ---- pictures -------------------------------------------------------------------------------- */

/* New names for each try: what an earlier one has left behind is none of its business. */
static fc_status name_blobs(closing *self, fc_error *err)
{
    char drawn[FC_JOB_ID_SIZE];
    const size_t count = self->ending->picture_count;
    FC_TRY(fc_job_id_new(drawn, err));
    (void)snprintf(self->token, sizeof self->token, "%.16s", drawn);
    FC_TRY(fc_memory_new_zeroed(count, sizeof *self->saved, (void **)&self->saved, err));
    FC_TRY(fc_memory_new_zeroed(count, sizeof *self->blobs, (void **)&self->blobs, err));
    for (size_t i = 0; i < count; i++) {
        const fc_job_picture *picture = &self->ending->pictures[i];
        (void)snprintf(self->blobs[i], sizeof self->blobs[i], "%s-%d-%s.%s", self->id,
                       picture->number, self->token, fc_picture_type_name(picture->type));
        FC_TRY(fc_names_add(&self->names, self->blobs[i], err));
    }
    return fc_names_end(&self->names, err);
}

/* Nothing is written for a job that this process may not end, as far as can be said before. */
static fc_status announce(fc_postgres_store *store, const closing *self, fc_error *err)
{
    const fc_announcement what = { .names = fc_buffer_text(&self->names),
                                   .ends = self->job == NULL ? self->id : NULL };
    return self->ending->picture_count > 0 ? fc_postgres_announce(store, &what, err) : FC_OK;
}

static fc_status save_pictures(fc_postgres_store *store, closing *self, fc_error *err)
{
    for (size_t i = 0; i < self->ending->picture_count; i++) {
        FC_TRY(fc_picture_save_as(store->blobs, self->blobs[i], &self->ending->pictures[i],
                                  &self->saved[i], err));
    }
    if (self->ending->picture_count > 0) {
        fc_blobs_settle(store->blobs);
    }
    return FC_OK;
}

/* ---- records --------------------------------------------------------------------------------- */

#define ENDINGS                                                                                    \
    "unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[],"                      \
    " $6::bytea[], $7::bigint[], $8::text[])"
#define ENDING_COLUMNS "id, epoch, state, error, message, answer, frees, token"

/* The pictures of the jobs that are "done", which their blobs stay for. */
#define PICTURES                                                                                   \
    " picture AS (SELECT * FROM unnest($9::text[], $10::bigint[], $11::bigint[], $12::bigint[],"   \
    " $13::bigint[], $14::text[], $15::text[]) AS p (job, type, number, bytes, crc, digest, blob)" \
    " WHERE job IN (SELECT id FROM done)),"                                                        \
    " kept AS (INSERT INTO pictures (job, type, number, bytes, saved, crc, digest, blob)"          \
    " SELECT job, type, number, bytes, now_s(), crc, digest, blob FROM picture),"                  \
    " struck AS (DELETE FROM doomed WHERE NOT taken AND name = ANY"                                \
    " (ARRAY (SELECT blob FROM picture)) RETURNING name)"
#define IN_TIME                                                                                    \
    " CASE WHEN (SELECT count(*) FROM struck) = (SELECT count(*) FROM picture) THEN 0"             \
    " ELSE too_late() END"

/* Accepted jobs. They and their whole batches are locked in the order that everybody keeps, before
 * it is seen which are still to be ended, and by this process. Their photos go: this process
 * removes them at once, another one soon should it die. */
static const char FINISH[] =
    "WITH ending AS (SELECT * FROM " ENDINGS " AS e (" ENDING_COLUMNS ")),"
    " family AS MATERIALIZED (SELECT job, epoch, dead FROM accepted WHERE job = ANY (ARRAY ("
    " SELECT id FROM ending UNION ALL SELECT batch FROM jobs WHERE batch <> ''"
    " AND id IN (SELECT id FROM ending))) ORDER BY serial FOR UPDATE),"
    " own AS (SELECT ending.* FROM family JOIN ending ON ending.id = family.job"
    " WHERE NOT family.dead AND (ending.epoch < 0 OR ending.epoch = family.epoch)),"
    " done AS (UPDATE jobs SET state = own.state, finished = now_s(), error = own.error,"
    " message = own.message, answer = own.answer, token = own.token,"
    " key = CASE WHEN own.frees <> 0 THEN '' ELSE key END FROM own"
    " WHERE jobs.id = own.id AND finished = 0 RETURNING jobs.id)," PICTURES ","
    " gone AS (DELETE FROM accepted USING done WHERE accepted.job = done.id"
    " RETURNING accepted.job, accepted.photo),"
    " photo AS (INSERT INTO doomed (name, due) SELECT job || '.photo',"
    " clock_timestamp() + interval '10 seconds' FROM gone WHERE photo)"
    " SELECT job, photo," IN_TIME " FROM gone";

/* Jobs that were answered at once. */
static const char SAVE[] =
    "WITH ending AS (SELECT * FROM ROWS FROM (" ENDINGS ", unnest($16::text[], $17::bigint[],"
    " $18::text[], $19::bytea[], $20::text[], $21::text[])) AS e (" ENDING_COLUMNS ","
    " batch, number, owner, name, key, fingerprint)),"
    " done AS (INSERT INTO jobs (id, batch, number, owner, name, state, created, finished, error,"
    " message, answer, key, fingerprint, token) SELECT id, batch, number, owner, name, state,"
    " now_s(), now_s(), error, message, answer, CASE WHEN frees <> 0 THEN '' ELSE key END,"
    " fingerprint, token FROM ending RETURNING id)," PICTURES " SELECT id, false," IN_TIME
    " FROM done";

static void add_ending(fc_postgres_store *store, const closing *self, fc_pg_columns *endings)
{
    const fc_error *failure = self->ending->failure;
    const char *message = failure != NULL ? failure->text : "";
    fc_pg_columns_text(endings, self->id);
    fc_pg_columns_number(endings, fc_postgres_epoch_to_end(store, self->id));
    fc_pg_columns_number(endings, self->ending->state);
    fc_pg_columns_text(endings, failure != NULL ? fc_status_lookup(failure->status)->slug : "");
    fc_pg_columns_bytes(endings, (fc_bytes){ (const uint8_t *)message, strlen(message) });
    fc_pg_columns_bytes(endings, self->ending->answer);
    fc_pg_columns_number(endings, self->ending->frees_key ? 1 : 0);
    fc_pg_columns_text(endings, self->token);
}

static void add_pictures(const closing *self, fc_pg_columns *pictures)
{
    for (size_t i = 0; i < self->ending->picture_count; i++) {
        const fc_stored_picture *picture = &self->saved[i];
        fc_pg_columns_text(pictures, self->id);
        fc_pg_columns_number(pictures, picture->type);
        fc_pg_columns_number(pictures, picture->number);
        fc_pg_columns_number(pictures, picture->bytes);
        fc_pg_columns_number(pictures, picture->crc32);
        fc_pg_columns_text(pictures, picture->digest);
        fc_pg_columns_text(pictures, self->blobs[i]);
    }
}

/* What a statement about endings is told. */
typedef struct told {
    fc_pg_columns endings;
    fc_pg_columns pictures;
    fc_pg_columns jobs; /* that are to be inserted */
} told;

static fc_status ask(fc_pg *pg, told *all, const char *sql, fc_pg_rows **rows, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, sql);
    FC_TRY(fc_pg_columns_give(&all->endings, &query, err));
    FC_TRY(fc_pg_columns_give(&all->pictures, &query, err));
    FC_TRY(all->jobs.cells > 0 ? fc_pg_columns_give(&all->jobs, &query, err) : FC_OK);
    const fc_status status = fc_pg_ask(pg, &query, rows, err);
    return status != FC_OK ? fc_postgres_why_not(pg, status, err) : FC_OK;
}

/* Those that the statement tells of are recorded; others are not this process's to end. */
static fc_status sort_out(fc_postgres_store *store, fc_pg_member **members, size_t count,
                          const fc_pg_rows *rows)
{
    for (size_t i = 0; i < count; i++) {
        closing *self = (closing *)members[i];
        self->member.status = not_found(&self->member.err);
        for (size_t row = 0; row < fc_pg_count(rows); row++) {
            char id[FC_JOB_ID_SIZE];
            fc_pg_text(rows, row, 0, id, sizeof id);
            if (strcmp(id, self->id) == 0) {
                self->photo = fc_pg_number(rows, row, 1) != 0;
                self->member.status = FC_OK;
            }
        }
        fc_postgres_forget(store, self->id);
    }
    return FC_OK;
}

static fc_status record(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members, size_t count,
                        const char *sql, fc_error *err)
{
    told all;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_columns_start(&all.endings, "tnntbbnt");
    fc_pg_columns_start(&all.pictures, "tnnnntt");
    fc_pg_columns_start(&all.jobs, "tntbtt");
    for (size_t i = 0; i < count; i++) {
        const closing *self = (const closing *)members[i];
        add_ending(store, self, &all.endings);
        add_pictures(self, &all.pictures);
        if (self->job != NULL) {
            fc_postgres_add_request(self->job, &all.jobs);
        }
    }
    const fc_status status = ask(pg, &all, sql, &rows, err);
    fc_pg_columns_clear(&all.endings);
    fc_pg_columns_clear(&all.pictures);
    fc_pg_columns_clear(&all.jobs);
    return status == FC_OK ? sort_out(store, members, count, rows) : status;
}

/* Two requests to end one job are not made together: one of them would be told of both. */
static fc_status finish_all(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members,
                            size_t count, fc_error *err)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(((const closing *)members[i])->id, ((const closing *)members[k])->id) == 0) {
                return fc_fail(err, FC_BUSY, "a job is being ended already");
            }
        }
    }
    return record(store, pg, members, count, FINISH, err);
}

static fc_status save_all(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members, size_t count,
                          fc_error *err)
{
    return record(store, pg, members, count, SAVE, err);
}

/* Where a connection was lost in the middle of it, the ending may be recorded: it has our token.
 * Then nothing is held any more. */
static fc_status is_recorded(fc_postgres_store *store, const closing *self, bool *recorded,
                             fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT 1 FROM jobs WHERE id = $1 AND token = $2");
    fc_pg_add_text(&query, self->id);
    fc_pg_add_text(&query, self->token);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    *recorded = fc_pg_count(rows) > 0;
    if (*recorded) {
        fc_postgres_forget(store, self->id);
    }
    return FC_OK;
}

/* `doubtful` in: an earlier try may have recorded it; out: this one may have, too. What an earlier
 * one is still about to record is seen by a later one when it has waited for its locks: then it is
 * not there any more to be ended, and has our token. */
static fc_status commit_once(fc_postgres_store *store, closing *self, bool *doubtful, fc_error *err)
{
    bool recorded = false;
    FC_TRY(*doubtful ? is_recorded(store, self, &recorded, err) : FC_OK);
    if (recorded) {
        *doubtful = false;
        return FC_OK;
    }
    self->member = (fc_pg_member){ 0 };
    fc_status status =
        fc_pg_group_join(store, self->job != NULL ? &store->saving : &store->ending,
                         self->job != NULL ? save_all : finish_all, &self->member, err);
    if (*doubtful && status != FC_OK && status != FC_BUSY) {
        FC_TRY(is_recorded(store, self, &recorded, err));
        status = recorded ? FC_OK : status;
    }
    *doubtful = self->member.doubtful || (*doubtful && status == FC_BUSY);
    return status;
}

/* While the database is away, again and again: the work is done and would be done once more. A job
 * that was answered at once is not worth the wait; its key may be one that is old enough. */
static fc_status commit(fc_postgres_store *store, closing *self, bool *doubtful, fc_error *err)
{
    bool freed = false;
    const int64_t until_us = fc_clock_us() + (self->job == NULL ? TRY_US : 0);
    fc_status status = commit_once(store, self, doubtful, err);
    if (status == FC_BUSY && !*doubtful && self->job != NULL) {
        FC_TRY(fc_postgres_free_keys(store, self->job, 1, &freed, err));
        status = freed ? commit_once(store, self, doubtful, err) : status;
    }
    while (status == FC_BUSY && fc_clock_us() < until_us) {
        const struct timespec pause = { .tv_nsec = TRY_PAUSE_NS };
        (void)nanosleep(&pause, NULL);
        status = commit_once(store, self, doubtful, err);
    }
    return status;
}

/* Pictures first, the record last. What is not recorded for certain is removed at once; what is in
 * doubt stays on the list of the doomed, unless it was recorded. So does what a store that did not
 * answer may still write after it was removed. */
static fc_status end_job(fc_postgres_store *store, closing *self, fc_error *err)
{
    bool doubtful = false;
    FC_TRY(name_blobs(self, err));
    FC_TRY(announce(store, self, err));
    fc_status status = save_pictures(store, self, err);
    doubtful = status == FC_BUSY;
    status = status != FC_OK ? status : commit(store, self, &doubtful, err);
    if (status == FC_OK && self->photo) {
        char photo[FC_PICTURE_NAME_SIZE + 2];
        char name[FC_PICTURE_NAME_SIZE];
        fc_kept_photo_name(self->id, name);
        (void)snprintf(photo, sizeof photo, "{%s}", name);
        fc_postgres_dispose(store, photo);
    } else if (status != FC_OK && !doubtful && self->ending->picture_count > 0) {
        fc_postgres_dispose(store, fc_buffer_text(&self->names));
    }
    return status;
}

static fc_status close_job(fc_postgres_store *store, const fc_job *job, const char *id,
                           const fc_job_ending *ending, fc_error *err)
{
    closing self = {
        .job = job, .id = id, .ending = ending, .names = FC_BUFFER(FC_NAMES_BYTES_MAX)
    };
    const fc_status status = end_job(store, &self, err);
    fc_memory_free(self.saved);
    fc_memory_free(self.blobs);
    fc_buffer_clear(&self.names);
    return status;
}

/* What is no longer this process's to end is forgotten: its work is over. */
fc_status fc_postgres_finish(fc_job_store *base, const char *id, const fc_job_ending *ending,
                             fc_error *err)
{
    const fc_status status = close_job(fc_postgres_of(base), NULL, id, ending, err);
    if (status == FC_NOT_FOUND) {
        fc_postgres_forget(fc_postgres_of(base), id);
    }
    return status;
}

fc_status fc_postgres_save(fc_job_store *base, const fc_job *job, const fc_job_ending *ending,
                           fc_error *err)
{
    return close_job(fc_postgres_of(base), job, job->id, ending, err);
}

/* A database that was away for too long is no fault of the job: it is done again, as is what cannot
 * be recorded. */
void fc_postgres_fail(fc_job_store *base, const char *id, const fc_error *why)
{
    fc_error err = { 0 };
    const fc_job_ending ending = { .state = FC_JOB_FAILED, .failure = why, .frees_key = true };
    const fc_status status = why->status == FC_BUSY ? fc_postgres_release(base, id, &err)
                                                    : fc_postgres_finish(base, id, &ending, &err);
    /* Where that fails its time runs out, and somebody else takes it. */
    fc_postgres_forget(fc_postgres_of(base), id);
    if (status != FC_OK && status != FC_NOT_FOUND) {
        FC_LOG(FC_LOG_WARNING, "failure of a job not recorded", FC_LOG_TEXT("job", id),
               FC_LOG_TEXT("error", err.text));
    }
}

/* ---- deleting -------------------------------------------------------------------------------- */

static const char DOOM[] =
    "INSERT INTO doomed (name, due) SELECT name, clock_timestamp() FROM ("
    " SELECT blob AS name FROM pictures JOIN jobs ON jobs.id = pictures.job"
    " WHERE jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> '') UNION ALL"
    " SELECT job || '.photo' FROM accepted JOIN jobs ON jobs.id = accepted.job"
    " WHERE photo AND (jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> ''))) AS blobs"
    " ON CONFLICT (name) DO UPDATE SET due = excluded.due RETURNING name";

static fc_status doom(fc_pg *pg, const char *id, fc_buffer *names, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, DOOM);
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        char name[FC_BLOB_NAME_SIZE];
        fc_pg_text(rows, i, 0, name, sizeof name);
        FC_TRY(fc_names_add(names, name, err));
    }
    return fc_names_end(names, err);
}

static fc_status delete_rows(fc_pg *pg, const char *id, fc_buffer *names, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_TRY(fc_postgres_lock_family(pg, id, err));
    FC_TRY(doom(pg, id, names, err));
    fc_pg_start(&query, "DELETE FROM jobs WHERE id = $1 OR (batch = $1 AND batch <> '')");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    return fc_pg_changed(rows) > 0 ? FC_OK : not_found(err);
}

/* The record goes first: what is left of the blobs is on the list of the doomed. */
fc_status fc_postgres_delete(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    FC_AUTO_BUFFER(names, FC_NAMES_BYTES_MAX);
    fc_pg *pg = NULL;
    FC_TRY(fc_pg_pool_take(&store->pool, &pg, err));
    fc_status status = fc_pg_begin(pg, err);
    if (status == FC_OK) {
        status = fc_pg_end(pg, delete_rows(pg, id, &names, err), err);
    }
    FC_TRY(fc_pg_pool_give(&store->pool, pg, status));
    fc_postgres_dispose(store, fc_buffer_text(&names));
    return FC_OK;
}

static fc_status list_expired(fc_postgres_store *store, int64_t before_s, fc_pg_rows **rows,
                              fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "SELECT id FROM jobs WHERE finished > 0 AND finished <= $1::bigint"
                        " AND batch = '' LIMIT $2::bigint");
    fc_pg_add_number(&query, before_s);
    fc_pg_add_number(&query, EXPIRE_STEP);
    return fc_postgres_ask(store, &query, rows, err);
}

/* One step; `count` is how many were found. Another process may be quicker. */
static fc_status expire_some(fc_postgres_store *store, int64_t before_s, size_t *count,
                             int64_t *deleted, fc_error *err)
{
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_TRY(list_expired(store, before_s, &rows, err));
    *count = fc_pg_count(rows);
    for (size_t i = 0; i < *count; i++) {
        char id[FC_JOB_ID_SIZE];
        fc_pg_text(rows, i, 0, id, sizeof id);
        const fc_status status = fc_postgres_delete(&store->base, id, err);
        if (status != FC_OK && status != FC_NOT_FOUND) {
            return status;
        }
        *deleted += status == FC_OK ? 1 : 0;
    }
    return FC_OK;
}

static fc_status add_up_totals(fc_postgres_store *store, fc_error *err)
{
    static const char ADD_UP[] =
        "WITH gone AS (DELETE FROM totals RETURNING row, amount)"
        " INSERT INTO totals SELECT row, sum(amount) FROM gone GROUP BY row"
        " HAVING sum(amount) <> 0";
    fc_pg_query query;
    fc_pg_start(&query, ADD_UP);
    return fc_postgres_ask(store, &query, NULL, err);
}

fc_status fc_postgres_expire(fc_job_store *base, int64_t now_s, int64_t *deleted, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    const int64_t before_s = now_s - (int64_t)base->keep_hours * SECONDS_PER_HOUR;
    size_t count = EXPIRE_STEP;
    while (count == EXPIRE_STEP) {
        FC_TRY(expire_some(store, before_s, &count, deleted, err));
    }
    FC_TRY(add_up_totals(store, err));
    return fc_postgres_sweep(store, err);
}
