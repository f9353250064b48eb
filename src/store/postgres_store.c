/* Opening and closing, the connection, whether the store can be written. */
#include "store/postgres_store.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

/* How often the store is tried. */
#define PROBE_EVERY_US INT64_C(1000000)

/* What is accepted and not done yet, unless fc_job_store_set_room says otherwise. */
#define ROOM_PHOTOS 1000
#define ROOM_BYTES (INT64_C(2) << 30)

/* A claim is renewed four times before it runs out. An hour is more than any picture takes. */
static const fc_postgres_times TIMES = { .claim_s = 60, .doomed_s = 3600, .taken_s = 300 };

static const fc_job_engine ENGINE = {
    .name = "PostgreSQL",
    .shared = true,
#define FC_JOB_CALL(result, name, arguments) .name = fc_postgres_##name,
#include "store/job_engine.def"
#undef FC_JOB_CALL
};

static void postgres_store_free(fc_postgres_store *store)
{
    if (store == NULL) {
        return;
    }
    fc_postgres_news_close(&store->news);
    fc_pg_pool_close(&store->pool);
    fc_blobs_close(store->blobs);
    fc_memory_free(store->held);
    fc_buffer_clear(&store->removed);
    (void)pthread_mutex_destroy(&store->announcing.lock);
    (void)pthread_mutex_destroy(&store->accepting.lock);
    (void)pthread_mutex_destroy(&store->ending.lock);
    (void)pthread_mutex_destroy(&store->saving.lock);
    (void)pthread_mutex_destroy(&store->probe_lock);
    (void)pthread_mutex_destroy(&store->lock);
    fc_memory_free(store);
}

FC_DEFINE_CLEANUP(fc_postgres_store, postgres_store_free)

static fc_status new_store(fc_blobs *blobs, int32_t keep_hours, fc_postgres_store **out,
                           fc_error *err)
{
    fc_postgres_store *store = NULL;
    const fc_status status = fc_memory_new_zeroed(1, sizeof *store, (void **)&store, err);
    if (status != FC_OK) {
        fc_blobs_close(blobs);
        return status;
    }
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_mutex_init(&store->probe_lock, NULL);
    (void)pthread_mutex_init(&store->announcing.lock, NULL);
    (void)pthread_mutex_init(&store->accepting.lock, NULL);
    (void)pthread_mutex_init(&store->ending.lock, NULL);
    (void)pthread_mutex_init(&store->saving.lock, NULL);
    store->removed = FC_BUFFER(FC_NAMES_BYTES_MAX - 1);
    store->base = (fc_job_store){ .engine = &ENGINE, .keep_hours = keep_hours };
    store->blobs = blobs;
    store->room = (fc_job_room){ ROOM_PHOTOS, ROOM_BYTES };
    store->times = TIMES;
    *out = store;
    return FC_OK;
}

fc_status fc_postgres_open(const char *address, fc_blobs *blobs, int32_t keep_hours,
                           fc_job_store **out, fc_error *err)
{
    FC_ASSERT(address != NULL && blobs != NULL);
    FC_ASSERT(keep_hours > 0);
    FC_ASSERT(out != NULL);
    FC_AUTO(fc_postgres_store) store = NULL;
    fc_pg *pg = NULL;
    FC_TRY(new_store(blobs, keep_hours, &store, err));
    FC_TRY(fc_postgres_news_open(&store->news, err));
    FC_TRY(fc_pg_pool_open(&store->pool, address, err));
    FC_TRY(fc_pg_pool_take(&store->pool, &pg, err));
    FC_TRY(fc_pg_pool_give(&store->pool, pg, FC_OK));
    *out = &FC_STEAL(store)->base;
    return FC_OK;
}

/* What this process has claimed is free at once for another one. */
void fc_postgres_close(fc_job_store *base)
{
    fc_postgres_store *store = fc_postgres_of(base);
    while (store->held_count > 0) {
        char id[FC_JOB_ID_SIZE];
        memcpy(id, store->held[store->held_count - 1].id, sizeof id);
        if (fc_postgres_release(base, id, NULL) != FC_OK) {
            break; /* its time runs out */
        }
    }
    (void)fc_postgres_settle(base);
    postgres_store_free(store);
}

fc_status fc_postgres_ask(fc_postgres_store *store, const fc_pg_query *query, fc_pg_rows **rows,
                          fc_error *err)
{
    fc_pg *pg = NULL;
    FC_TRY(fc_pg_pool_take(&store->pool, &pg, err));
    return fc_pg_pool_give(&store->pool, pg, fc_pg_ask(pg, query, rows, err));
}

/* One database for as long as it is open. */
uint64_t fc_postgres_generation(fc_job_store *base)
{
    (void)base;
    return 1;
}

int64_t fc_postgres_now_s(fc_job_store *base)
{
    return (fc_clock_us() + atomic_load(&fc_postgres_of(base)->pool.ahead_us)) / 1000000;
}

/* ---- probe ----------------------------------------------------------------------------------- */

static fc_status probe_blobs(fc_postgres_store *store, size_t room, fc_error *err)
{
    fc_error why = { 0 };
    const fc_status status = fc_blobs_probe(store->blobs, room, &why);
    return status == FC_OK ? FC_OK : fc_fail(err, status, "the store of pictures: %s", why.text);
}

static fc_status probe(fc_postgres_store *store, size_t room, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "UPDATE service SET probes = probes + 1");
    FC_TRY(fc_postgres_ask(store, &query, NULL, err));
    return probe_blobs(store, room, err);
}

fc_status fc_postgres_probe(fc_job_store *base, size_t room, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    (void)pthread_mutex_lock(&store->probe_lock);
    if (store->probed_us == 0 || store->probed_room != room ||
        fc_clock_us() - store->probed_us >= PROBE_EVERY_US) {
        store->probed = (fc_error){ 0 };
        store->probed_room = room;
        store->probed.status = probe(store, room, &store->probed);
        store->probed_us = fc_clock_us();
    }
    const fc_error found = store->probed;
    (void)pthread_mutex_unlock(&store->probe_lock);
    return found.status == FC_OK ? FC_OK : fc_fail(err, found.status, "%s", found.text);
}
