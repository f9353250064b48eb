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
    const fc_job *job; /* to be inserted; NULL: it was accepted */
    const char *id;
    const fc_job_ending *ending;
    int64_t epoch; /* -1: whoever has it in work */
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

/* Whether the job may be ended by this process, as far as can be said before. */
static fc_status announce(fc_postgres_store *store, closing *self, fc_error *err)
{
    bool met = false;
    char when[256];
    FC_TRY(fc_postgres_enter(store, err));
    self->epoch = fc_postgres_epoch(store, self->id);
    if (self->job != NULL) {
        (void)snprintf(when, sizeof when, "NOT EXISTS (SELECT 1 FROM jobs WHERE id = $2)");
    } else {
        (void)snprintf(when, sizeof when,
                       "EXISTS (SELECT 1 FROM accepted WHERE job = $2 AND NOT dead"
                       " AND (%lld < 0 OR epoch = %lld))",
                       (long long)self->epoch, (long long)self->epoch);
    }
    const fc_status status =
        fc_postgres_announce(store, fc_buffer_text(&self->names), self->id, when, &met, err);
    FC_TRY(fc_postgres_leave(store, status));
    if (met) {
        return FC_OK;
    }
    return self->job != NULL
               ? fc_fail(err, FC_INVALID_ARGUMENT, "there is a job of this id already")
               : not_found(err);
}

static fc_status save_pictures(fc_postgres_store *store, closing *self, fc_error *err)
{
    for (size_t i = 0; i < self->ending->picture_count; i++) {
        FC_TRY(fc_picture_save_as(store->blobs, self->blobs[i], &self->ending->pictures[i],
                                  &self->saved[i], err));
    }
    return FC_OK;
}

/* ---- records --------------------------------------------------------------------------------- */

/* Lock the job and its whole batch in the order that everybody keeps; is it still to be ended, and
 * by this process? */
static fc_status lock_accepted(fc_postgres_store *store, closing *self, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT job, epoch, photo, dead FROM accepted WHERE job = $1 OR job ="
                        " (SELECT batch FROM jobs WHERE id = $1) ORDER BY serial FOR UPDATE");
    fc_pg_add_text(&query, self->id);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        char id[FC_JOB_ID_SIZE];
        fc_pg_text(rows, i, 0, id, sizeof id);
        if (strcmp(id, self->id) == 0 && fc_pg_number(rows, i, 3) == 0 &&
            (self->epoch < 0 || fc_pg_number(rows, i, 1) == self->epoch)) {
            self->photo = fc_pg_number(rows, i, 2) != 0;
            return FC_OK;
        }
    }
    return not_found(err);
}

static fc_status update_job(fc_postgres_store *store, const closing *self, fc_error *err)
{
    const fc_error *failure = self->ending->failure;
    const char *message = failure != NULL ? failure->text : "";
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "UPDATE jobs SET state = $2, finished = now_s(), error = $3, message = $4,"
                        " answer = $5, key = CASE WHEN $6::int <> 0 THEN '' ELSE key END,"
                        " token = $7 WHERE id = $1 AND finished = 0");
    fc_pg_add_text(&query, self->id);
    fc_pg_add_number(&query, self->ending->state);
    fc_pg_add_text(&query, failure != NULL ? fc_status_lookup(failure->status)->slug : "");
    fc_pg_add_bytes(&query, (fc_bytes){ (const uint8_t *)message, strlen(message) });
    fc_pg_add_bytes(&query, self->ending->answer);
    fc_pg_add_number(&query, self->ending->frees_key ? 1 : 0);
    fc_pg_add_text(&query, self->token);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    return fc_pg_changed(rows) > 0 ? FC_OK : not_found(err);
}

static fc_status insert_picture(fc_postgres_store *store, const fc_stored_picture *picture,
                                const char *id, const char *blob, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "INSERT INTO pictures (job, type, number, bytes, saved, crc, digest, blob)"
                        " VALUES ($1, $2, $3, $4, now_s(), $5, $6, $7)");
    fc_pg_add_text(&query, id);
    fc_pg_add_number(&query, picture->type);
    fc_pg_add_number(&query, picture->number);
    fc_pg_add_number(&query, picture->bytes);
    fc_pg_add_number(&query, picture->crc32);
    fc_pg_add_text(&query, picture->digest);
    fc_pg_add_text(&query, blob);
    return fc_pg_ask(store->pg, &query, NULL, err);
}

/* It has ended: its photo goes. */
static fc_status delete_accepted(fc_postgres_store *store, const closing *self, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "WITH gone AS (DELETE FROM accepted WHERE job = $1 RETURNING photo)"
                        " INSERT INTO doomed (name, due) SELECT $2, clock_timestamp() FROM gone"
                        " WHERE photo");
    char name[FC_PICTURE_NAME_SIZE];
    fc_kept_photo_name(self->id, name);
    fc_pg_add_text(&query, self->id);
    fc_pg_add_text(&query, name);
    return fc_pg_ask(store->pg, &query, NULL, err);
}

static fc_status record(fc_postgres_store *store, closing *self, fc_error *err)
{
    const size_t count = self->ending->picture_count;
    FC_TRY(self->job != NULL ? fc_postgres_insert(store, self->job, err)
                             : lock_accepted(store, self, err));
    FC_TRY(update_job(store, self, err));
    for (size_t i = 0; i < count; i++) {
        FC_TRY(insert_picture(store, &self->saved[i], self->id, self->blobs[i], err));
    }
    FC_TRY(self->job == NULL ? delete_accepted(store, self, err) : FC_OK);
    return count > 0 ? fc_postgres_confirm(store, fc_buffer_text(&self->names), count, err) : FC_OK;
}

/* Where a connection was lost in the middle of it, the ending may be recorded: it has our token. */
static fc_status is_recorded(fc_postgres_store *store, const closing *self, bool *recorded,
                             fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT 1 FROM jobs WHERE id = $1 AND token = $2");
    fc_pg_add_text(&query, self->id);
    fc_pg_add_text(&query, self->token);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    *recorded = fc_pg_count(rows) > 0;
    return FC_OK;
}

/* `doubtful` in: an earlier try may have recorded it; out: this one may have. */
static fc_status commit_once(fc_postgres_store *store, closing *self, bool *doubtful, fc_error *err)
{
    bool recorded = false;
    FC_TRY(fc_postgres_enter(store, err));
    fc_status status = *doubtful ? is_recorded(store, self, &recorded, err) : FC_OK;
    if (status == FC_OK && !recorded) {
        status = fc_pg_begin(store->pg, err);
        if (status == FC_OK) {
            status = fc_pg_end(store->pg, record(store, self, err), err);
            *doubtful = !fc_pg_lives(store->pg);
        }
    }
    if (status == FC_OK || status == FC_NOT_FOUND) {
        fc_postgres_forget(store, self->id);
    }
    return fc_postgres_leave(store, status);
}

/* While the database is away, again and again: the work is done and would be done once more. A job
 * that was answered at once is not worth the wait. */
static fc_status commit(fc_postgres_store *store, closing *self, bool *doubtful, fc_error *err)
{
    const int64_t until_us = fc_clock_us() + (self->job == NULL ? TRY_US : 0);
    fc_status status = commit_once(store, self, doubtful, err);
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
        .job = job, .id = id, .ending = ending, .epoch = -1, .names = FC_BUFFER(FC_NAMES_BYTES_MAX)
    };
    const fc_status status = end_job(store, &self, err);
    fc_memory_free(self.saved);
    fc_memory_free(self.blobs);
    fc_buffer_clear(&self.names);
    return status;
}

/* From now on not renewed: its time runs out, and somebody else takes it. */
static void let_go(fc_postgres_store *store, const char *id)
{
    (void)pthread_mutex_lock(&store->lock);
    fc_postgres_forget(store, id);
    (void)pthread_mutex_unlock(&store->lock);
}

/* What is no longer this process's to end is forgotten: its work is over. */
fc_status fc_postgres_finish(fc_job_store *base, const char *id, const fc_job_ending *ending,
                             fc_error *err)
{
    const fc_status status = close_job(fc_postgres_of(base), NULL, id, ending, err);
    if (status == FC_NOT_FOUND) {
        let_go(fc_postgres_of(base), id);
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
    let_go(fc_postgres_of(base), id);
    if (status != FC_OK && status != FC_NOT_FOUND) {
        FC_LOG(FC_LOG_WARNING, "failure of a job not recorded", FC_LOG_TEXT("job", id),
               FC_LOG_TEXT("error", err.text));
    }
}

bool fc_postgres_settle(fc_job_store *base)
{
    (void)base;
    return true;
}

/* ---- deleting -------------------------------------------------------------------------------- */

static const char DOOM[] =
    "INSERT INTO doomed (name, due) SELECT name, clock_timestamp() FROM ("
    " SELECT blob AS name FROM pictures JOIN jobs ON jobs.id = pictures.job"
    " WHERE jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> '') UNION ALL"
    " SELECT job || '.photo' FROM accepted JOIN jobs ON jobs.id = accepted.job"
    " WHERE photo AND (jobs.id = $1 OR (jobs.batch = $1 AND jobs.batch <> ''))) AS blobs"
    " ON CONFLICT (name) DO UPDATE SET due = excluded.due RETURNING name";

static fc_status doom(fc_postgres_store *store, const char *id, fc_buffer *names, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, DOOM);
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        char name[FC_BLOB_NAME_SIZE];
        fc_pg_text(rows, i, 0, name, sizeof name);
        FC_TRY(fc_names_add(names, name, err));
    }
    return fc_names_end(names, err);
}

static fc_status delete_rows(fc_postgres_store *store, const char *id, fc_buffer *names,
                             fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_TRY(fc_postgres_lock_family(store, id, err));
    FC_TRY(doom(store, id, names, err));
    fc_pg_start(&query, "DELETE FROM jobs WHERE id = $1 OR (batch = $1 AND batch <> '')");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(store->pg, &query, &rows, err));
    return fc_pg_changed(rows) > 0 ? FC_OK : not_found(err);
}

/* The record goes first: what is left of the blobs is on the list of the doomed. */
fc_status fc_postgres_delete(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    FC_AUTO_BUFFER(names, FC_NAMES_BYTES_MAX);
    FC_TRY(fc_postgres_enter(store, err));
    fc_status status = fc_pg_begin(store->pg, err);
    if (status == FC_OK) {
        status = fc_pg_end(store->pg, delete_rows(store, id, &names, err), err);
    }
    FC_TRY(fc_postgres_leave(store, status));
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
    FC_TRY(fc_postgres_enter(store, err));
    return fc_postgres_leave(store, fc_pg_run(store->pg, ADD_UP, err));
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
