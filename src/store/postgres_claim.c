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
    " FROM late WHERE a.serial = late.serial RETURNING a.job, a.dead),"
    " lost AS (UPDATE jobs SET state = 3, finished = now_s(), error = $2, message = $3::bytea,"
    " key = '' FROM freed WHERE jobs.id = freed.job AND freed.dead AND finished = 0)"
    " SELECT count(*) FROM freed";

_Static_assert(FC_JOB_FAILED == 3, "REAP says the same");

/* $6: what was lost here and is still worked on; the end of that work would be taken for the new
 * one's. */
static const char CLAIM[] =
    "WITH next AS (SELECT serial FROM accepted WHERE NOT held AND NOT dead AND waits = 0"
    " AND job <> ALL ($6::text[])"
    " AND (crashes, turn, serial) >= ($3::int, $4::int, $5::bigint)"
    " ORDER BY crashes, turn, serial LIMIT $1::bigint FOR UPDATE SKIP LOCKED),"
    " taken AS (UPDATE accepted AS a SET held = true, epoch = epoch + 1,"
    " due = clock_timestamp() + $2::int * interval '1 second'"
    " FROM next WHERE a.serial = next.serial RETURNING a.job, a.photo, a.crashes,"
    " a.epoch, a.turn, a.serial)"
    " SELECT id, batch, number, photo, crashes, epoch, turn, serial FROM taken"
    " JOIN jobs ON id = job ORDER BY crashes, turn, serial";

/* A search from the front passes over all that was claimed before and cannot be cleared away yet,
 * as some transaction might still see it. So it may take a hundredth of the time; in between,
 * claims begin where the last one has found something. */
#define SEARCH_SHARE 100

/* How often those who have lost their jobs are looked for while there is enough to claim. */
#define REAP_US INT64_C(1000000)

/* The epoch of a claim that was lost and whose work has not ended yet: no job has it. */
#define LOST 0

/* ---- what is held ---------------------------------------------------------------------------- */

/* With the lock held, as the next ones. */
static fc_claim_held *find(const fc_postgres_store *store, const char *id)
{
    for (size_t i = 0; i < store->held_count; i++) {
        if (strcmp(store->held[i].id, id) == 0) {
            return &store->held[i];
        }
    }
    return NULL;
}

static void forget(fc_postgres_store *store, const char *id)
{
    fc_claim_held *found = find(store, id);
    if (found != NULL) {
        *found = store->held[--store->held_count];
    }
}

static fc_status hold(fc_postgres_store *store, const char *id, int64_t epoch, fc_error *err)
{
    forget(store, id); /* overdue, and taken back by this process itself */
    FC_TRY(fc_array_make_room((void **)&store->held, store->held_count, sizeof *store->held, err));
    fc_claim_held *held = &store->held[store->held_count++];
    *held = (fc_claim_held){ .epoch = epoch };
    memcpy(held->id, id, sizeof held->id);
    return FC_OK;
}

int64_t fc_postgres_epoch(fc_postgres_store *store, const char *id)
{
    (void)pthread_mutex_lock(&store->lock);
    const fc_claim_held *found = find(store, id);
    const int64_t epoch = found != NULL ? found->epoch : -1;
    (void)pthread_mutex_unlock(&store->lock);
    return epoch;
}

int64_t fc_postgres_epoch_to_end(fc_postgres_store *store, const char *id)
{
    (void)pthread_mutex_lock(&store->lock);
    fc_claim_held *found = find(store, id);
    const int64_t epoch = found != NULL ? found->epoch : -1;
    if (found != NULL) {
        found->ends = true;
    }
    (void)pthread_mutex_unlock(&store->lock);
    return epoch;
}

void fc_postgres_forget(fc_postgres_store *store, const char *id)
{
    (void)pthread_mutex_lock(&store->lock);
    forget(store, id);
    (void)pthread_mutex_unlock(&store->lock);
}

/* What was held at some moment. */
typedef struct list_of_held {
    fc_claim_held *held;
    size_t count;
    fc_buffer ids; /* as parameters; what was lost is not in the database under its epoch */
    fc_buffer epochs;
} list_of_held;

static void list_clear(list_of_held *list)
{
    fc_memory_free(list->held);
    fc_buffer_clear(&list->ids);
    fc_buffer_clear(&list->epochs);
}

static fc_status copy_held(fc_postgres_store *store, list_of_held *list, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    const size_t count = store->held_count;
    const fc_status status =
        fc_memory_new(count + 1, sizeof *list->held, (void **)&list->held, err);
    if (status == FC_OK && count > 0) {
        memcpy(list->held, store->held, count * sizeof *list->held);
    }
    (void)pthread_mutex_unlock(&store->lock);
    list->count = count;
    return status;
}

/* For list_clear in any case. */
static fc_status list_held(fc_postgres_store *store, list_of_held *list, fc_error *err)
{
    *list = (list_of_held){ .ids = FC_BUFFER(FC_NAMES_BYTES_MAX),
                            .epochs = FC_BUFFER(FC_NAMES_BYTES_MAX) };
    FC_TRY(copy_held(store, list, err));
    for (size_t i = 0; i < list->count; i++) {
        FC_TRY(fc_names_add(&list->ids, list->held[i].id, err));
        FC_TRY(fc_buffer_print(&list->epochs, err, "%s%lld", i == 0 ? "{" : ",",
                               (long long)list->held[i].epoch));
    }
    FC_TRY(fc_names_end(&list->ids, err));
    return fc_names_end(&list->epochs, err);
}

static fc_status list_lost(fc_postgres_store *store, fc_buffer *ids, fc_error *err)
{
    fc_status status = FC_OK;
    (void)pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < store->held_count && status == FC_OK; i++) {
        if (store->held[i].epoch == LOST) {
            status = fc_names_add(ids, store->held[i].id, err);
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
    return status != FC_OK ? status : fc_names_end(ids, err);
}

/* ---- claiming -------------------------------------------------------------------------------- */

static int64_t pause_after(int64_t took_us, int64_t least_us)
{
    return SEARCH_SHARE * took_us > least_us ? SEARCH_SHARE * took_us : least_us;
}

/* A claim under way. */
typedef struct haul {
    fc_pg *pg;
    fc_claim_search search;
    fc_accepted_job *jobs;
    size_t count;
    size_t count_max;
} haul;

/* `freed`: there was something. */
static fc_status reap(haul *self, bool *freed, fc_error *err)
{
    static const char WHY[] = "the service has ended 3 times in the middle of this photo; it is "
                              "not tried again";
    _Static_assert(FC_JOB_CRASHES_MAX == 3, "WHY says the same");
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    const int64_t began_us = fc_clock_us();
    fc_pg_start(&query, REAP);
    fc_pg_add_number(&query, FC_JOB_CRASHES_MAX);
    fc_pg_add_text(&query, fc_status_lookup(FC_LIMIT_EXCEEDED)->slug);
    fc_pg_add_bytes(&query, (fc_bytes){ (const uint8_t *)WHY, sizeof WHY - 1 });
    FC_TRY(fc_pg_ask(self->pg, &query, &rows, err));
    const int64_t now_us = fc_clock_us();
    *freed = fc_pg_number(rows, 0, 0) > 0;
    self->search.reap_us = now_us + pause_after(now_us - began_us, REAP_US);
    return FC_OK;
}

static fc_status add_claimed(fc_postgres_store *store, const fc_pg_rows *rows, size_t row,
                             haul *self, fc_error *err)
{
    FC_TRY(fc_array_make_room((void **)&self->jobs, self->count, sizeof *self->jobs, err));
    fc_accepted_job *job = &self->jobs[self->count++];
    *job = (fc_accepted_job){ .number = (int32_t)fc_pg_number(rows, row, 2),
                              .photo = fc_pg_number(rows, row, 3) != 0,
                              .crashes = (int32_t)fc_pg_number(rows, row, 4) };
    fc_pg_text(rows, row, 0, job->id, sizeof job->id);
    fc_pg_text(rows, row, 1, job->batch, sizeof job->batch);
    (void)pthread_mutex_lock(&store->lock);
    const fc_status status = hold(store, job->id, fc_pg_number(rows, row, 5), err);
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

static fc_status take_on(fc_postgres_store *store, haul *self, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_AUTO_BUFFER(lost, FC_NAMES_BYTES_MAX);
    FC_TRY(list_lost(store, &lost, err));
    fc_pg_start(&query, CLAIM);
    fc_pg_add_number(&query, (int64_t)(self->count_max - self->count));
    fc_pg_add_number(&query, store->times.claim_s);
    fc_pg_add_number(&query, self->search.place.crashes);
    fc_pg_add_number(&query, self->search.place.turn);
    fc_pg_add_number(&query, self->search.place.serial);
    fc_pg_add_text(&query, fc_buffer_text(&lost));
    FC_TRY(fc_pg_ask(self->pg, &query, &rows, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        FC_TRY(add_claimed(store, rows, i, self, err));
    }
    if (fc_pg_count(rows) > 0) {
        self->search.place.crashes = fc_pg_number(rows, 0, 4);
        self->search.place.turn = fc_pg_number(rows, 0, 6);
        self->search.place.serial = fc_pg_number(rows, 0, 7);
    }
    return FC_OK;
}

static fc_status take_from_front(fc_postgres_store *store, haul *self, fc_error *err)
{
    const int64_t began_us = fc_clock_us();
    memset(&self->search.place, 0, sizeof self->search.place);
    FC_TRY(take_on(store, self, err));
    const int64_t now_us = fc_clock_us();
    self->search.front_us = now_us + pause_after(now_us - began_us, 0);
    return FC_OK;
}

/* Whoever gets less than he wants has looked at all there is. */
static fc_status take(fc_postgres_store *store, haul *self, fc_error *err)
{
    bool freed = false;
    const bool reaped = fc_clock_us() >= self->search.reap_us;
    FC_TRY(reaped ? reap(self, &freed, err) : FC_OK);
    const bool whole = freed || fc_clock_us() >= self->search.front_us;
    FC_TRY(whole ? take_from_front(store, self, err) : take_on(store, self, err));
    if (self->count == self->count_max || (reaped && whole)) {
        return FC_OK;
    }
    FC_TRY(reaped ? FC_OK : reap(self, &freed, err));
    return freed || !whole ? take_from_front(store, self, err) : FC_OK;
}

static fc_status claim(fc_postgres_store *store, haul *self, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    self->search = store->search;
    (void)pthread_mutex_unlock(&store->lock);
    FC_TRY(fc_pg_pool_take(&store->pool, &self->pg, err));
    const fc_status status = fc_pg_pool_give(&store->pool, self->pg, take(store, self, err));
    (void)pthread_mutex_lock(&store->lock);
    store->search = self->search;
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

/* What was claimed and cannot be told of is not renewed, and waits again in a minute. */
fc_status fc_postgres_claim(fc_job_store *base, size_t count_max, fc_accepted_job **out,
                            size_t *count, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    haul self = { .count_max = count_max };
    const fc_status status = claim(store, &self, err);
    if (status != FC_OK) {
        for (size_t i = 0; i < self.count; i++) {
            fc_postgres_forget(store, self.jobs[i].id);
        }
        fc_memory_free(self.jobs);
        return status;
    }
    *out = self.jobs;
    *count = self.count;
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
static fc_status sort_out(fc_postgres_store *store, const list_of_held *list,
                          const fc_pg_rows *rows, fc_accepted_job **lost, size_t *count,
                          fc_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const fc_claim_held *was = &list->held[i];
        fc_claim_held *held = find(store, was->id);
        if (was->epoch != LOST && held != NULL && !held->ends && held->epoch == was->epoch &&
            !is_among(rows, was->id)) {
            FC_TRY(fc_array_make_room((void **)lost, *count, sizeof **lost, err));
            fc_accepted_job *job = &(*lost)[(*count)++];
            *job = (fc_accepted_job){ 0 };
            memcpy(job->id, held->id, sizeof job->id);
            held->epoch = LOST;
        }
    }
    return FC_OK;
}

static fc_status renew_all(fc_postgres_store *store, const list_of_held *list,
                           fc_accepted_job **lost, size_t *count, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query,
                "UPDATE accepted SET due = clock_timestamp() + $3::int * interval '1 second'"
                " FROM unnest($1::text[], $2::bigint[]) AS mine (job, epoch)"
                " WHERE accepted.job = mine.job AND accepted.epoch = mine.epoch AND held"
                " RETURNING accepted.job");
    fc_pg_add_text(&query, fc_buffer_text(&list->ids));
    fc_pg_add_text(&query, fc_buffer_text(&list->epochs));
    fc_pg_add_number(&query, store->times.claim_s);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    (void)pthread_mutex_lock(&store->lock);
    store->renewed_us = fc_clock_us();
    const fc_status status = sort_out(store, list, rows, lost, count, err);
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

static bool is_time_to_renew(fc_postgres_store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    const bool is_time = store->held_count > 0 && fc_clock_us() - store->renewed_us >=
                                                      INT64_C(250000) * store->times.claim_s;
    (void)pthread_mutex_unlock(&store->lock);
    return is_time;
}

fc_status fc_postgres_renew(fc_job_store *base, fc_accepted_job **lost, size_t *count,
                            fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    list_of_held list = { 0 };
    if (!is_time_to_renew(store)) {
        return FC_OK;
    }
    fc_status status = list_held(store, &list, err);
    status = status != FC_OK ? status : renew_all(store, &list, lost, count, err);
    list_clear(&list);
    if (status != FC_OK) {
        fc_memory_free(*lost);
        *lost = NULL;
        *count = 0;
    }
    return status;
}

/* ---- giving back ----------------------------------------------------------------------------- */

fc_status fc_postgres_release(fc_job_store *base, const char *id, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    const int64_t epoch = fc_postgres_epoch(store, id);
    if (epoch < 0) {
        return FC_OK;
    }
    fc_pg_query query;
    fc_pg_start(&query, "UPDATE accepted SET held = false, excused = false"
                        " WHERE job = $1 AND epoch = $2::bigint AND held");
    fc_pg_add_text(&query, id);
    fc_pg_add_number(&query, epoch);
    FC_TRY(fc_postgres_ask(store, &query, NULL, err));
    (void)pthread_mutex_lock(&store->lock);
    store->search.front_us = 0;
    forget(store, id);
    (void)pthread_mutex_unlock(&store->lock);
    fc_postgres_tell(store);
    return FC_OK;
}

/* Whatever this process holds: should it be killed from now on, that is no crash. */
fc_status fc_postgres_stop(fc_job_store *base, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    list_of_held list = { 0 };
    fc_status status = list_held(store, &list, err);
    if (status == FC_OK) {
        fc_pg_start(&query, "UPDATE accepted SET excused = true"
                            " FROM unnest($1::text[], $2::bigint[]) AS mine (job, epoch)"
                            " WHERE accepted.job = mine.job AND accepted.epoch = mine.epoch");
        fc_pg_add_text(&query, fc_buffer_text(&list.ids));
        fc_pg_add_text(&query, fc_buffer_text(&list.epochs));
        status = fc_postgres_ask(store, &query, NULL, err);
    }
    list_clear(&list);
    return status;
}

/* A claim says so already. */
fc_status fc_postgres_run(fc_job_store *base, const char *id, fc_error *err)
{
    (void)base;
    (void)id;
    (void)err;
    return FC_OK;
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

static fc_status revive(fc_pg *pg, const char *id, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    FC_TRY(fc_postgres_lock_family(pg, id, err));
    fc_pg_start(&query, REVIVE);
    fc_pg_add_text(&query, id);
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
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
    fc_pg *pg = NULL;
    FC_TRY(fc_pg_pool_take(&store->pool, &pg, err));
    fc_status status = fc_pg_begin(pg, err);
    if (status == FC_OK) {
        status = fc_pg_end(pg, revive(pg, id, err), err);
        fc_postgres_tell(store);
    }
    return fc_pg_pool_give(&store->pool, pg, status);
}
