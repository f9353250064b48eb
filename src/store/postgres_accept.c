/* Jobs that are answered later: accepted with their photos, and listed until they have ended. */
#include <string.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/postgres_columns.h"
#include "store/postgres_group.h"
#include "store/postgres_rows.h"

/* Bytes of the text that tells what an accepted job asks for. */
#define WISH_BYTES_MAX ((size_t)64 << 10)

/* So long what all processes have accepted is taken to be what it was, and what this one has
 * accepted since; longer where it takes long to be measured: it may take a hundredth of the time.
 */
#define MEASURE_US INT64_C(1000000)
#define MEASURE_SHARE 100

/* ---- room ------------------------------------------------------------------------------------ */

void fc_postgres_set_room(fc_job_store *base, fc_job_room room)
{
    fc_postgres_store *store = fc_postgres_of(base);
    (void)pthread_mutex_lock(&store->lock);
    store->room = room;
    store->measure_us = 0;
    (void)pthread_mutex_unlock(&store->lock);
}

/* Dead jobs, whose photos are kept for their operators, take no room. */
static fc_status measure(fc_postgres_store *store, fc_pg *pg, fc_job_room *kept, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    const int64_t began_us = fc_clock_us();
    fc_pg_start(&query, "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM accepted"
                        " WHERE photo AND NOT dead");
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    *kept = (fc_job_room){ fc_pg_number(rows, 0, 0), fc_pg_number(rows, 0, 1) };
    const int64_t now_us = fc_clock_us();
    const int64_t pause_us = MEASURE_SHARE * (now_us - began_us);
    (void)pthread_mutex_lock(&store->lock);
    store->kept = *kept;
    store->measure_us = now_us + (pause_us > MEASURE_US ? pause_us : MEASURE_US);
    (void)pthread_mutex_unlock(&store->lock);
    return FC_OK;
}

/* Nobody is refused by what was: jobs may have ended since. */
fc_status fc_postgres_find_room(fc_postgres_store *store, fc_pg *pg, fc_job_room more,
                                fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    const fc_job_room room = store->room;
    fc_job_room kept = store->kept;
    const bool fresh = fc_clock_us() < store->measure_us;
    (void)pthread_mutex_unlock(&store->lock);
    if (fresh && fc_job_room_check(room, kept, more, NULL) == FC_OK) {
        return FC_OK;
    }
    FC_TRY(measure(store, pg, &kept, err));
    return fc_job_room_check(room, kept, more, err);
}

/* ---- accepting ------------------------------------------------------------------------------- */

/* What is to be accepted. */
typedef struct offer {
    fc_pg_member member; /* first */
    const fc_job *jobs;
    const fc_bytes *photos;
    size_t count;
    fc_bytes tail;
    const char *wish;
    fc_job_room more;
    fc_buffer names; /* of the photos' blobs */
} offer;

static int64_t bytes_of(const offer *all, size_t i)
{
    return all->photos[i].data != NULL ? (int64_t)(all->photos[i].size + all->tail.size) : 0;
}

static fc_status add_up(offer *all, fc_error *err)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->photos[i].data != NULL) {
            char name[FC_PICTURE_NAME_SIZE];
            fc_kept_photo_name(all->jobs[i].id, name);
            FC_TRY(fc_names_add(&all->names, name, err));
            all->more.photos++;
            all->more.bytes += bytes_of(all, i);
        }
    }
    return fc_names_end(&all->names, err);
}

static fc_status save_photos(fc_postgres_store *store, const offer *all, fc_error *err)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->photos[i].data != NULL) {
            FC_TRY(
                fc_kept_photo_save(store->blobs, all->jobs[i].id, all->photos[i], all->tail, err));
        }
    }
    fc_blobs_settle(store->blobs);
    return FC_OK;
}

/* Items of a batch that come along with it. */
static int64_t count_items(const offer *all, size_t batch)
{
    int64_t count = 0;
    for (size_t i = 0; i < all->count && all->photos[batch].data == NULL; i++) {
        count += strcmp(all->jobs[i].batch, all->jobs[batch].id) == 0 ? 1 : 0;
    }
    return count;
}

/* Of all that are accepted together. */
static const char ACCEPT[] =
    "WITH job AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[],"
    " $5::bytea[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::bytea[],"
    " $11::bigint[], $12::bigint[], $13::text[]) WITH ORDINALITY AS j (id, batch, number, owner,"
    " name, key, fingerprint, photo, bytes, wish, waits, turn, url, place)),"
    " made AS (INSERT INTO jobs (id, batch, number, owner, name, state, created, key, fingerprint)"
    " SELECT id, batch, number, owner, name, 0, now_s(), key, fingerprint FROM job),"
    " queued AS (INSERT INTO accepted (job, photo, bytes, wish, waits, turn, accepted_ms)"
    " SELECT id, photo <> 0, bytes, wish, waits, turn,"
    " floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM job ORDER BY place),"
    " called AS (INSERT INTO callbacks (job, url, state, tries, error)"
    " SELECT id, url, 0, 0, '' FROM job WHERE url <> ''),"
    " struck AS (DELETE FROM doomed WHERE NOT taken AND name = ANY"
    " (ARRAY (SELECT id || '.photo' FROM job WHERE photo <> 0)) RETURNING name)"
    " SELECT CASE WHEN (SELECT count(*) FROM struck) ="
    " (SELECT count(*) FROM job WHERE photo <> 0) THEN 0 ELSE too_late() END";

_Static_assert(FC_JOB_QUEUED == 0 && FC_CALLBACK_WAITING == 0, "ACCEPT says the same");

static void add_job(fc_pg_columns *jobs, const offer *all, size_t i)
{
    const fc_job *job = &all->jobs[i];
    FC_ASSERT(job->callback == NULL || strlen(job->callback) < FC_CALLBACK_URL_SIZE);
    fc_pg_columns_text(jobs, job->id);
    fc_postgres_add_request(job, jobs);
    fc_pg_columns_number(jobs, all->photos[i].data != NULL ? 1 : 0);
    fc_pg_columns_number(jobs, bytes_of(all, i));
    fc_pg_columns_bytes(jobs, (fc_bytes){ (const uint8_t *)all->wish, strlen(all->wish) });
    fc_pg_columns_number(jobs, count_items(all, i));
    fc_pg_columns_number(jobs, job->batch[0] != '\0' ? job->number : 1);
    fc_pg_columns_text(jobs, job->callback != NULL ? job->callback : "");
}

static fc_status insert_all(fc_pg *pg, fc_pg_member **members, size_t count, fc_error *err)
{
    fc_pg_query query;
    fc_pg_columns jobs;
    fc_pg_columns_start(&jobs, "ttntbttnnbnnt");
    for (size_t i = 0; i < count; i++) {
        const offer *all = (const offer *)members[i];
        for (size_t k = 0; k < all->count; k++) {
            add_job(&jobs, all, k);
        }
    }
    fc_pg_start(&query, ACCEPT);
    fc_status status = fc_pg_columns_give(&jobs, &query, err);
    status = status != FC_OK ? status : fc_pg_ask(pg, &query, NULL, err);
    fc_pg_columns_clear(&jobs);
    return status != FC_OK ? fc_postgres_why_not(pg, status, err) : FC_OK;
}

static fc_status accept_all(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members,
                            size_t count, fc_error *err)
{
    FC_TRY(insert_all(pg, members, count, err));
    (void)pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < count; i++) {
        store->kept.photos += ((const offer *)members[i])->more.photos;
        store->kept.bytes += ((const offer *)members[i])->more.bytes;
    }
    (void)pthread_mutex_unlock(&store->lock);
    return FC_OK;
}

/* Keys that are old enough stand for their requests no longer: then it is tried once more. */
static fc_status commit(fc_postgres_store *store, offer *all, fc_error *err)
{
    bool freed = false;
    fc_status status = fc_pg_group_join(store, &store->accepting, accept_all, &all->member, err);
    if (status == FC_BUSY && !all->member.doubtful) {
        FC_TRY(fc_postgres_free_keys(store, all->jobs, all->count, &freed, err));
    }
    if (freed) {
        all->member = (fc_pg_member){ 0 };
        status = fc_pg_group_join(store, &store->accepting, accept_all, &all->member, err);
    }
    return status;
}

/* After a connection that was lost: are they there? FC_BUSY where they are not. */
static fc_status look_for(fc_postgres_store *store, const char *id, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT 1 FROM jobs WHERE id = $1");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    return fc_pg_count(rows) > 0
               ? FC_OK
               : fc_fail(err, FC_BUSY, "the database of the jobs could not be reached");
}

static fc_status accept(fc_postgres_store *store, offer *all, fc_error *err)
{
    FC_TRY(add_up(all, err));
    const fc_announcement what = { .names = fc_buffer_text(&all->names), .more = all->more };
    FC_TRY(fc_postgres_announce(store, &what, err));
    fc_status status = save_photos(store, all, err);
    if (status == FC_BUSY) { /* a store that did not answer may still write them: they are doomed */
        return status;
    }
    status = status != FC_OK ? status : commit(store, all, err);
    if (status != FC_OK && all->member.doubtful) {
        status = look_for(store, all->jobs[0].id, err);
    } else if (status != FC_OK) {
        fc_postgres_dispose(store, fc_buffer_text(&all->names));
    }
    if (status == FC_OK) {
        fc_postgres_tell(store);
    }
    return status;
}

fc_status fc_postgres_accept(fc_job_store *base, const fc_job *jobs, const fc_bytes *photos,
                             size_t count, fc_bytes tail, const char *wish, fc_error *err)
{
    offer all = { .jobs = jobs,
                  .photos = photos,
                  .count = count,
                  .tail = tail,
                  .wish = wish,
                  .names = FC_BUFFER(FC_NAMES_BYTES_MAX) };
    const fc_status status = count > 0 ? accept(fc_postgres_of(base), &all, err) : FC_OK;
    fc_buffer_clear(&all.names);
    return status;
}

/* ---- what is accepted ------------------------------------------------------------------------ */

fc_status fc_postgres_accepted(fc_job_store *base, fc_accepted_job **out, size_t *count,
                               fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT id, batch, number, photo, crashes FROM accepted JOIN jobs"
                        " ON id = job WHERE finished = 0 ORDER BY serial");
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    fc_accepted_job *jobs = NULL;
    FC_TRY(fc_memory_new_zeroed(fc_pg_count(rows), sizeof *jobs, (void **)&jobs, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        fc_pg_text(rows, i, 0, jobs[i].id, sizeof jobs[i].id);
        fc_pg_text(rows, i, 1, jobs[i].batch, sizeof jobs[i].batch);
        jobs[i].number = (int32_t)fc_pg_number(rows, i, 2);
        jobs[i].photo = fc_pg_number(rows, i, 3) != 0;
        jobs[i].crashes = (int32_t)fc_pg_number(rows, i, 4);
    }
    *out = jobs;
    *count = fc_pg_count(rows);
    return FC_OK;
}

static fc_status read_asked(fc_postgres_store *store, const char *id, fc_asked_job *asked,
                            int64_t *bytes, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT " FC_PG_JOB_COLUMNS ", wish, accepted_ms, photo, bytes"
                        " FROM accepted JOIN jobs ON id = job WHERE id = $1 AND finished = 0");
    fc_pg_add_text(&query, id);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    if (fc_pg_count(rows) == 0) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    const fc_bytes wish = fc_pg_bytes(rows, 0, FC_PG_JOB_COLUMN_COUNT);
    asked->job = fc_postgres_job(store, rows, 0);
    asked->accepted_ms = fc_pg_number(rows, 0, FC_PG_JOB_COLUMN_COUNT + 1);
    *bytes = fc_pg_number(rows, 0, FC_PG_JOB_COLUMN_COUNT + 2) != 0
                 ? fc_pg_number(rows, 0, FC_PG_JOB_COLUMN_COUNT + 3)
                 : -1;
    return fc_buffer_append(&asked->wish, wish.data, wish.size, err);
}

static fc_status load(fc_postgres_store *store, const char *id, fc_asked_job *asked, fc_error *err)
{
    int64_t bytes = 0;
    FC_TRY(read_asked(store, id, asked, &bytes, err));
    return bytes < 0 ? FC_OK
                     : fc_kept_photo_read(store->blobs, id, (size_t)bytes, &asked->photo, err);
}

fc_status fc_postgres_load(fc_job_store *base, const char *id, fc_asked_job *out, fc_error *err)
{
    fc_asked_job asked = { .wish = FC_BUFFER(WISH_BYTES_MAX) };
    const fc_status status = load(fc_postgres_of(base), id, &asked, err);
    if (status != FC_OK) {
        fc_asked_job_clear(&asked);
        return status;
    }
    *out = asked;
    return FC_OK;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static fc_job_key key_of(const fc_pg_rows *rows, size_t row)
{
    fc_job_key key = { .finished_s = fc_pg_number(rows, row, 3) };
    fc_pg_text(rows, row, 0, key.key, sizeof key.key);
    fc_pg_text(rows, row, 1, key.fingerprint, sizeof key.fingerprint);
    fc_pg_text(rows, row, 2, key.job_id, sizeof key.job_id);
    return key;
}

fc_status fc_postgres_keys(fc_job_store *base, int64_t since_s, size_t count_max, fc_job_key **out,
                           size_t *count, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT key, fingerprint, id, finished FROM jobs"
                        " WHERE key <> '' AND (finished = 0 OR finished > $1::bigint)"
                        " ORDER BY finished = 0 DESC, finished DESC LIMIT $2::bigint");
    fc_pg_add_number(&query, since_s);
    fc_pg_add_number(&query, (int64_t)count_max);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    fc_job_key *keys = NULL;
    FC_TRY(fc_memory_new_zeroed(fc_pg_count(rows), sizeof *keys, (void **)&keys, err));
    for (size_t i = 0; i < fc_pg_count(rows); i++) {
        keys[i] = key_of(rows, i);
    }
    *out = keys;
    *count = fc_pg_count(rows);
    return FC_OK;
}

fc_status fc_postgres_find_key(fc_job_store *base, const char *key, fc_job_key *out, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT key, fingerprint, id, finished FROM jobs WHERE key = $1"
                        " AND (finished = 0 OR finished > now_s() - $2::bigint)");
    fc_pg_add_text(&query, key);
    fc_pg_add_number(&query, FC_JOB_KEY_AGE_S);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    if (fc_pg_count(rows) == 0) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    *out = key_of(rows, 0);
    return FC_OK;
}
