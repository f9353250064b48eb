/* Jobs that are answered later: accepted with their photos, and listed until they have ended. */
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/assert.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"

/* Bytes of the text that tells what an accepted job asks for. */
#define WISH_BYTES_MAX ((size_t)64 << 10)

/* ---- accepting ------------------------------------------------------------------------------- */

static fc_job_room sum(const fc_bytes *photos, size_t count, fc_bytes tail)
{
    fc_job_room total = { 0 };
    for (size_t i = 0; i < count; i++) {
        const bool is_photo = photos[i].data != NULL;
        total.photos += is_photo ? 1 : 0;
        total.bytes += (int64_t)photos[i].size + (is_photo ? (int64_t)tail.size : 0);
    }
    return total;
}

/* What is kept at this moment or about to be, and how many jobs have not ended. With the lock held.
 */
static fc_status measure(fc_sqlite_store *store, fc_job_room *kept, int64_t *jobs, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT count(*), coalesce(sum(photo), 0), coalesce(sum(bytes), 0)"
                          " FROM accepted",
                          &select, err));
    FC_TRY(fc_sql_step(select, &row, err));
    *jobs = sqlite3_column_int64(select, 0);
    *kept = (fc_job_room){ sqlite3_column_int64(select, 1) + store->coming.photos,
                           sqlite3_column_int64(select, 2) + store->coming.bytes };
    return FC_OK;
}

/* Take the room before the photos are written, so that nobody else takes it meanwhile. */
static fc_status reserve(fc_sqlite_store *store, fc_job_room more, size_t jobs,
                         uint64_t *generation, fc_error *err)
{
    fc_job_room kept = { 0 };
    int64_t open = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    const fc_status measured = measure(store, &kept, &open, err);
    fc_status status =
        measured != FC_OK ? measured : fc_job_room_check(store->room, kept, more, err);
    if (status == FC_OK) { /* a batch is a job more than its photos */
        const size_t coming = 2 * (size_t)store->coming.photos;
        status = fc_owed_make_room(store, (size_t)open + coming + jobs, err);
    }
    if (status == FC_OK) {
        store->coming.photos += more.photos;
        store->coming.bytes += more.bytes;
    }
    *generation = store->generation;
    (void)(fc_sqlite_leave(store, measured) == FC_OK);
    return status;
}

/* The photos that are to be kept, and what comes with them. */
typedef struct kept_photos {
    const fc_job *jobs;
    const fc_bytes *photos;
    size_t count;
    fc_bytes tail;
    const char *wish;
} kept_photos;

static fc_status insert_accepted(fc_sqlite_store *store, const kept_photos *all, size_t i,
                                 int64_t now_ms, fc_error *err)
{
    FC_AUTO(fc_statement) insert = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "INSERT INTO accepted (job, photo, bytes, wish, accepted_ms, crashes)"
                          " VALUES (?, ?, ?, ?, ?, 0)",
                          &insert, err));
    const fc_bytes photo = all->photos[i];
    const size_t bytes = photo.data != NULL ? photo.size + all->tail.size : 0;
    fc_sql_bind_text(insert, 1, all->jobs[i].id);
    fc_sql_bind_integer(insert, 2, photo.data != NULL ? 1 : 0);
    fc_sql_bind_integer(insert, 3, (int64_t)bytes);
    fc_sql_bind_text(insert, 4, all->wish);
    fc_sql_bind_integer(insert, 5, now_ms);
    return fc_sql_finish(insert, err);
}

static fc_status insert_callback(fc_sqlite_store *store, const fc_job *job, fc_error *err)
{
    if (job->callback == NULL) {
        return FC_OK;
    }
    FC_AUTO(fc_statement) insert = NULL;
    FC_ASSERT(strlen(job->callback) < FC_CALLBACK_URL_SIZE);
    FC_TRY(fc_sql_prepare(store->db,
                          "INSERT INTO callbacks (job, url, state, tries, due, error)"
                          " VALUES (?, ?, ?, 0, NULL, '')",
                          &insert, err));
    fc_sql_bind_text(insert, 1, job->id);
    fc_sql_bind_text(insert, 2, job->callback);
    fc_sql_bind_integer(insert, 3, FC_CALLBACK_WAITING);
    return fc_sql_finish(insert, err);
}

static fc_status insert_all(fc_sqlite_store *store, const kept_photos *all, fc_error *err)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    const int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    for (size_t i = 0; i < all->count; i++) {
        FC_TRY(fc_sqlite_insert(store, &all->jobs[i], err));
        FC_TRY(insert_accepted(store, all, i, now_ms, err));
        FC_TRY(insert_callback(store, &all->jobs[i], err));
    }
    return FC_OK;
}

static fc_status commit(fc_sqlite_store *store, const kept_photos *all, uint64_t generation,
                        fc_error *err)
{
    FC_TRY(fc_sqlite_enter(store, FC_STORE_WRITE, err));
    fc_status status = store->generation == generation
                           ? fc_sqlite_begin_change(store, err)
                           : fc_fail(err, FC_IO, "the output folder was replaced meanwhile");
    if (status == FC_OK) {
        status = fc_sqlite_end_change(store, insert_all(store, all, err), err);
    }
    return fc_sqlite_leave(store, status);
}

static fc_status save_photos(const fc_sqlite_store *store, const kept_photos *all, size_t *saved,
                             fc_error *err)
{
    for (; *saved < all->count; (*saved)++) {
        const fc_bytes photo = all->photos[*saved];
        if (photo.data != NULL) {
            FC_TRY(fc_kept_photo_save(store->blobs, all->jobs[*saved].id, photo, all->tail, err));
        }
    }
    fc_blobs_settle(store->blobs);
    return FC_OK;
}

fc_status fc_sqlite_accept(fc_job_store *base, const fc_job *jobs, const fc_bytes *photos,
                           size_t count, fc_bytes tail, const char *wish, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    const kept_photos all = { jobs, photos, count, tail, wish };
    const fc_job_room more = sum(photos, count, tail);
    uint64_t generation = 0;
    size_t saved = 0;
    FC_TRY(reserve(store, more, count, &generation, err));
    fc_status status = save_photos(store, &all, &saved, err);
    if (status == FC_OK) {
        status = commit(store, &all, generation, err);
    }
    for (size_t i = 0; i < saved && status != FC_OK; i++) {
        fc_kept_photo_remove(store->blobs, jobs[i].id);
    }
    (void)pthread_mutex_lock(&store->lock);
    store->coming.photos -= more.photos;
    store->coming.bytes -= more.bytes;
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

/* ---- what is accepted ------------------------------------------------------------------------ */

fc_status fc_sqlite_list_accepted(fc_statement *select, fc_accepted_job **jobs, size_t *count,
                                  fc_error *err)
{
    bool row = false;
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)jobs, *count, sizeof **jobs, err));
        fc_accepted_job *job = &(*jobs)[*count];
        *job = (fc_accepted_job){ .number = sqlite3_column_int(select, 2),
                                  .photo = sqlite3_column_int(select, 3) != 0,
                                  .crashes = sqlite3_column_int(select, 4) };
        fc_sql_column_text(select, 0, job->id, sizeof job->id);
        fc_sql_column_text(select, 1, job->batch, sizeof job->batch);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

static fc_status list_all(fc_sqlite_store *store, fc_accepted_job **jobs, size_t *count,
                          fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT id, batch, number, photo, crashes FROM accepted JOIN jobs"
                          " ON id = job WHERE finished = 0 ORDER BY serial",
                          &select, err));
    return fc_sqlite_list_accepted(select, jobs, count, err);
}

fc_status fc_sqlite_accepted(fc_job_store *base, fc_accepted_job **out, size_t *count,
                             fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_accepted_job *jobs = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status = fc_sqlite_leave(store, list_all(store, &jobs, &found, err));
    if (status != FC_OK) {
        fc_memory_free(jobs);
        return status;
    }
    *out = jobs;
    *count = found;
    return FC_OK;
}

static fc_status read_asked(fc_sqlite_store *store, const char *id, fc_asked_job *asked,
                            int64_t *bytes, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT " FC_JOB_COLUMNS ", wish, accepted_ms, photo, bytes"
                          " FROM accepted JOIN jobs ON id = job WHERE id = ? AND finished = 0",
                          &select, err));
    fc_sql_bind_text(select, 1, id);
    FC_TRY(fc_sql_step(select, &row, err));
    if (!row) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    asked->job = fc_job_from_row(store, select);
    asked->accepted_ms = sqlite3_column_int64(select, 11);
    *bytes = sqlite3_column_int(select, 12) != 0 ? sqlite3_column_int64(select, 13) : -1;
    return fc_buffer_append(&asked->wish, sqlite3_column_blob(select, 10),
                            (size_t)sqlite3_column_bytes(select, 10), err);
}

static fc_status load(fc_sqlite_store *store, const char *id, fc_asked_job *asked, fc_error *err)
{
    int64_t bytes = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status = fc_sqlite_leave(store, read_asked(store, id, asked, &bytes, err));
    FC_TRY(status);
    return bytes < 0 ? FC_OK
                     : fc_kept_photo_read(store->blobs, id, (size_t)bytes, &asked->photo, err);
}

fc_status fc_sqlite_load(fc_job_store *base, const char *id, fc_asked_job *out, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_asked_job asked = { .wish = FC_BUFFER(WISH_BYTES_MAX) };
    const fc_status status = load(store, id, &asked, err);
    if (status != FC_OK) {
        fc_asked_job_clear(&asked);
        return status;
    }
    *out = asked;
    return FC_OK;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static fc_job_key key_from_row(fc_statement *row)
{
    fc_job_key key = { .finished_s = sqlite3_column_int64(row, 3) };
    fc_sql_column_text(row, 0, key.key, sizeof key.key);
    fc_sql_column_text(row, 1, key.fingerprint, sizeof key.fingerprint);
    fc_sql_column_text(row, 2, key.job_id, sizeof key.job_id);
    return key;
}

static fc_status list_keys(fc_sqlite_store *store, int64_t since_s, size_t count_max,
                           fc_job_key **keys, size_t *count, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT key, fingerprint, id, finished FROM jobs"
                          " WHERE key <> '' AND (finished = 0 OR finished > ?)"
                          " ORDER BY finished = 0 DESC, finished DESC LIMIT ?",
                          &select, err));
    fc_sql_bind_integer(select, 1, since_s);
    fc_sql_bind_integer(select, 2, (int64_t)count_max);
    FC_TRY(fc_sql_step(select, &row, err));
    for (; row; (*count)++) {
        FC_TRY(fc_array_make_room((void **)keys, *count, sizeof **keys, err));
        (*keys)[*count] = key_from_row(select);
        FC_TRY(fc_sql_step(select, &row, err));
    }
    return FC_OK;
}

fc_status fc_sqlite_keys(fc_job_store *base, int64_t since_s, size_t count_max, fc_job_key **out,
                         size_t *count, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_job_key *keys = NULL;
    size_t found = 0;
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    const fc_status status =
        fc_sqlite_leave(store, list_keys(store, since_s, count_max, &keys, &found, err));
    if (status != FC_OK) {
        fc_memory_free(keys);
        return status;
    }
    *out = keys;
    *count = found;
    return FC_OK;
}

static fc_status read_key(fc_sqlite_store *store, const char *key, fc_job_key *out, fc_error *err)
{
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(store->db,
                          "SELECT key, fingerprint, id, finished FROM jobs"
                          " WHERE key <> '' AND key = ? AND (finished = 0 OR finished > ?)",
                          &select, err));
    fc_sql_bind_text(select, 1, key);
    fc_sql_bind_integer(select, 2, (int64_t)time(NULL) - FC_JOB_KEY_AGE_S);
    FC_TRY(fc_sql_step(select, &row, err));
    if (!row) {
        return fc_fail(err, FC_NOT_FOUND, "Job not found");
    }
    *out = key_from_row(select);
    return FC_OK;
}

/* Cost: a look at all keys. This process has them in memory (jobs/idempotency.h). */
fc_status fc_sqlite_find_key(fc_job_store *base, const char *key, fc_job_key *out, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    FC_TRY(fc_sqlite_enter(store, FC_STORE_READ, err));
    return fc_sqlite_leave(store, read_key(store, key, out, err));
}
