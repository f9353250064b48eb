/* What holds for every engine: where nothing is kept nothing is found, and no name from outside
 * reaches a database or a path. */
#include "store/job_store.h"

#include <stdatomic.h>
#include <time.h>

#include "base/assert.h"
#include "base/memory.h"
#include "store/job_engine.h"
#include "store/postgres_store.h"
#include "store/sql.h"
#include "store/sqlite_store.h"

/* What a store needs to be of use: room for a usual job and for what its record changes. */
#define USUAL_BYTES ((size_t)1 << 20)

/* More than this is no usual job: it may never fit, and smaller ones do. */
#define REFUSED_MAX ((size_t)16 << 20)

const char *fc_job_store_library(void)
{
    return sqlite3_libversion();
}

fc_status fc_job_store_open(const char *folder, int32_t keep_hours, fc_job_store **out,
                            fc_error *err)
{
    FC_ASSERT(folder != NULL);
    FC_ASSERT(keep_hours >= 0);
    FC_ASSERT(out != NULL);
    return keep_hours > 0 ? fc_sqlite_open(folder, keep_hours, out, err)
                          : fc_memory_new_zeroed(1, sizeof **out, (void **)out, err);
}

fc_status fc_job_store_open_shared(const char *database, fc_blobs *blobs, int32_t keep_hours,
                                   fc_job_store **out, fc_error *err)
{
    return fc_postgres_open(database, blobs, keep_hours, out, err);
}

void fc_job_store_close(fc_job_store *store)
{
    if (store != NULL && store->engine != NULL) {
        store->engine->close(store);
    } else {
        fc_memory_free(store);
    }
}

bool fc_job_store_keeps(const fc_job_store *store)
{
    FC_ASSERT(store != NULL);
    return store->engine != NULL;
}

bool fc_job_store_shared(const fc_job_store *store)
{
    return fc_job_store_keeps(store) && store->engine->shared;
}

static bool can_have(const fc_job_store *store, const char *id)
{
    return fc_job_store_keeps(store) && fc_job_id_valid(id);
}

static fc_status not_found(fc_error *err)
{
    return fc_fail(err, FC_NOT_FOUND, "Job not found");
}

uint64_t fc_job_store_generation(fc_job_store *store)
{
    return fc_job_store_keeps(store) ? store->engine->generation(store) : 1;
}

int64_t fc_job_store_now_s(fc_job_store *store)
{
    return fc_job_store_keeps(store) ? store->engine->now_s(store) : (int64_t)time(NULL);
}

/* ---- room ------------------------------------------------------------------------------------ */

/* What did not fit is remembered until something does. */
static fc_status note_room(fc_job_store *store, size_t bytes, fc_status status)
{
    if (status == FC_STORAGE_FULL) {
        atomic_store(&store->refused, bytes < REFUSED_MAX ? bytes : REFUSED_MAX);
    } else if (status == FC_OK) {
        atomic_store(&store->refused, 0);
    }
    return status;
}

static size_t bytes_of_ending(const fc_job_ending *ending)
{
    size_t sum = ending->answer.size;
    for (size_t i = 0; i < ending->picture_count; i++) {
        sum += ending->pictures[i].bytes.size;
    }
    return sum;
}

static size_t bytes_of_photos(const fc_bytes *photos, size_t count, fc_bytes tail)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += photos[i].data != NULL ? photos[i].size + tail.size : 0;
    }
    return sum;
}

fc_status fc_job_store_probe(fc_job_store *store, fc_error *err)
{
    if (!fc_job_store_keeps(store)) {
        return FC_OK;
    }
    size_t refused = atomic_load(&store->refused);
    FC_TRY(store->engine->probe(store, USUAL_BYTES + refused, err));
    (void)atomic_compare_exchange_strong(&store->refused, &refused, 0);
    return FC_OK;
}

/* ---- jobs that are answered later ------------------------------------------------------------ */

void fc_job_store_set_room(fc_job_store *store, fc_job_room room)
{
    FC_ASSERT(room.photos >= 1 && room.bytes >= 1);
    if (fc_job_store_keeps(store)) {
        store->engine->set_room(store, room);
    }
}

fc_status fc_job_store_accept(fc_job_store *store, const fc_job *jobs, const fc_bytes *photos,
                              size_t count, fc_bytes tail, const char *wish, fc_error *err)
{
    FC_ASSERT(jobs != NULL && photos != NULL && wish != NULL);
    return fc_job_store_keeps(store)
               ? note_room(store, bytes_of_photos(photos, count, tail),
                           store->engine->accept(store, jobs, photos, count, tail, wish, err))
               : FC_OK;
}

fc_status fc_job_store_accepted(fc_job_store *store, fc_accepted_job **out, size_t *count,
                                fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return fc_job_store_keeps(store) ? store->engine->accepted(store, out, count, err) : FC_OK;
}

fc_status fc_job_store_load(fc_job_store *store, const char *id, fc_asked_job *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    return can_have(store, id) ? store->engine->load(store, id, out, err) : not_found(err);
}

void fc_asked_job_clear(fc_asked_job *asked)
{
    FC_ASSERT(asked != NULL);
    if (asked->photo.data != NULL) {
        fc_memory_wipe(asked->photo.data, asked->photo.size);
    }
    fc_buffer_clear(&asked->photo);
    fc_buffer_clear(&asked->wish);
}

fc_status fc_job_store_claim(fc_job_store *store, size_t count_max, fc_accepted_job **out,
                             size_t *count, fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return fc_job_store_keeps(store) && count_max > 0
               ? store->engine->claim(store, count_max, out, count, err)
               : FC_OK;
}

fc_status fc_job_store_await(fc_job_store *store, bool *news, fc_error *err)
{
    FC_ASSERT(fc_job_store_shared(store));
    FC_ASSERT(news != NULL);
    *news = false;
    return store->engine->await(store, news, err);
}

void fc_job_store_ring(fc_job_store *store)
{
    if (fc_job_store_shared(store)) {
        store->engine->ring(store);
    }
}

fc_status fc_job_store_renew(fc_job_store *store, fc_accepted_job **lost, size_t *count,
                             fc_error *err)
{
    FC_ASSERT(lost != NULL && count != NULL);
    *lost = NULL;
    *count = 0;
    return fc_job_store_keeps(store) ? store->engine->renew(store, lost, count, err) : FC_OK;
}

fc_status fc_job_store_release(fc_job_store *store, const char *id, fc_error *err)
{
    return can_have(store, id) ? store->engine->release(store, id, err) : FC_OK;
}

fc_status fc_job_store_run(fc_job_store *store, const char *id, fc_error *err)
{
    return can_have(store, id) ? store->engine->run(store, id, err) : FC_OK;
}

fc_status fc_job_store_stop(fc_job_store *store, fc_error *err)
{
    return fc_job_store_keeps(store) ? store->engine->stop(store, err) : FC_OK;
}

void fc_job_store_fail(fc_job_store *store, const char *id, const fc_error *why)
{
    FC_ASSERT(why != NULL && why->status != FC_OK);
    if (can_have(store, id)) {
        store->engine->fail(store, id, why);
    }
}

bool fc_job_store_settle(fc_job_store *store)
{
    return !fc_job_store_keeps(store) || store->engine->settle(store);
}

fc_status fc_job_store_keys(fc_job_store *store, int64_t since_s, size_t count_max,
                            fc_job_key **out, size_t *count, fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return fc_job_store_keeps(store)
               ? store->engine->keys(store, since_s, count_max, out, count, err)
               : FC_OK;
}

fc_status fc_job_store_find_key(fc_job_store *store, const char *key, fc_job_key *out,
                                fc_error *err)
{
    FC_ASSERT(key != NULL && out != NULL);
    return fc_job_store_keeps(store) && key[0] != '\0'
               ? store->engine->find_key(store, key, out, err)
               : not_found(err);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

fc_status fc_job_store_callback(fc_job_store *store, const char *id, fc_callback *out,
                                fc_error *err)
{
    FC_ASSERT(out != NULL);
    return can_have(store, id) ? store->engine->callback(store, id, out, err) : not_found(err);
}

fc_status fc_job_store_due(fc_job_store *store, int64_t now_s, size_t count_max, fc_callback **out,
                           size_t *count, fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return fc_job_store_keeps(store) ? store->engine->due(store, now_s, count_max, out, count, err)
                                     : FC_OK;
}

fc_status fc_job_store_record_try(fc_job_store *store, const fc_callback *callback, fc_error *err)
{
    FC_ASSERT(callback != NULL && callback->due_s > 0);
    return can_have(store, callback->job_id) ? store->engine->record_try(store, callback, err)
                                             : not_found(err);
}

/* ---- how jobs end ---------------------------------------------------------------------------- */

fc_status fc_job_store_finish(fc_job_store *store, const char *id, const fc_job_ending *ending,
                              fc_error *err)
{
    FC_ASSERT(ending != NULL && fc_job_state_final(ending->state));
    if (!fc_job_store_keeps(store)) {
        return FC_OK;
    }
    return fc_job_id_valid(id) ? note_room(store, bytes_of_ending(ending),
                                           store->engine->finish(store, id, ending, err))
                               : not_found(err);
}

fc_status fc_job_store_save(fc_job_store *store, const fc_job *job, const fc_job_ending *ending,
                            fc_error *err)
{
    FC_ASSERT(job != NULL);
    FC_ASSERT(ending != NULL && fc_job_state_final(ending->state));
    return fc_job_store_keeps(store) ? note_room(store, bytes_of_ending(ending),
                                                 store->engine->save(store, job, ending, err))
                                     : FC_OK;
}

fc_status fc_job_store_read(fc_job_store *store, const char *id, fc_job *out, fc_buffer *answer,
                            fc_error *err)
{
    FC_ASSERT(out != NULL);
    return can_have(store, id) ? store->engine->read(store, id, out, answer, err) : not_found(err);
}

fc_status fc_job_store_items(fc_job_store *store, const char *id, fc_job **out, size_t *count,
                             fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return can_have(store, id) ? store->engine->items(store, id, out, count, err) : FC_OK;
}

fc_status fc_job_store_list(fc_job_store *store, int32_t state, size_t count_max, fc_job **out,
                            size_t *count, fc_error *err)
{
    FC_ASSERT(state >= -1 && state < FC_JOB_STATES_COUNT);
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return fc_job_store_keeps(store) ? store->engine->list(store, state, count_max, out, count, err)
                                     : FC_OK;
}

fc_status fc_job_store_retry(fc_job_store *store, const char *id, fc_error *err)
{
    return can_have(store, id) ? store->engine->retry(store, id, err) : not_found(err);
}

fc_status fc_job_store_pictures(fc_job_store *store, const char *id, fc_stored_picture **out,
                                size_t *count, fc_error *err)
{
    FC_ASSERT(out != NULL && count != NULL);
    *out = NULL;
    *count = 0;
    return can_have(store, id) ? store->engine->pictures(store, id, out, count, err) : FC_OK;
}

fc_status fc_job_store_open_picture(fc_job_store *store, const char *id, fc_picture_type type,
                                    int32_t number, int *descriptor, fc_stored_picture *out,
                                    fc_error *err)
{
    FC_ASSERT(descriptor != NULL);
    FC_ASSERT(out != NULL);
    return can_have(store, id)
               ? store->engine->open_picture(store, id, type, number, descriptor, out, err)
               : not_found(err);
}

fc_status fc_job_store_delete(fc_job_store *store, const char *id, fc_error *err)
{
    return can_have(store, id) ? store->engine->delete (store, id, err) : not_found(err);
}

fc_status fc_job_store_expire(fc_job_store *store, int64_t now_s, int64_t *deleted, fc_error *err)
{
    int64_t total = 0;
    FC_TRY(fc_job_store_keeps(store) ? store->engine->expire(store, now_s, &total, err) : FC_OK);
    if (deleted != NULL) {
        *deleted = total;
    }
    return FC_OK;
}

fc_status fc_job_store_count(fc_job_store *store, fc_job_totals *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    fc_job_totals totals = { 0 };
    FC_TRY(fc_job_store_keeps(store) ? store->engine->count(store, &totals, err) : FC_OK);
    *out = totals;
    return FC_OK;
}

fc_status fc_job_store_backlog(fc_job_store *store, fc_job_backlog *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    fc_job_backlog backlog = { 0 };
    FC_TRY(fc_job_store_keeps(store) ? store->engine->backlog(store, &backlog, err) : FC_OK);
    *out = backlog;
    return FC_OK;
}
