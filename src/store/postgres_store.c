/* Opening and closing, the connection, whether the store can be written, and blobs that go. */
#include "store/postgres_store.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/postgres_schema.h"

/* After a connection that could not be made: until then all others are told at once. */
#define PAUSE_US INT64_C(1000000)

/* How often the store is tried. */
#define PROBE_EVERY_US INT64_C(1000000)
#define PROBE_BYTES 4096

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

static fc_status read_clock(fc_postgres_store *store, fc_pg *pg, fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
    FC_TRY(fc_pg_ask(pg, &query, &rows, err));
    atomic_store(&store->ahead_us, fc_pg_number(rows, 0, 0) - fc_clock_us());
    return FC_OK;
}

static fc_status connect(fc_postgres_store *store, fc_error *err)
{
    fc_pg *pg = NULL;
    FC_TRY(fc_pg_connect(store->address, &pg, err));
    fc_status status = fc_postgres_schema_prepare(pg, err);
    status = status != FC_OK ? status : read_clock(store, pg, err);
    if (status != FC_OK) {
        fc_pg_close(pg);
        return status;
    }
    fc_pg_close(store->pg);
    store->pg = pg;
    return FC_OK;
}

static void postgres_store_free(fc_postgres_store *store)
{
    if (store == NULL) {
        return;
    }
    fc_pg_close(store->pg);
    fc_blobs_close(store->blobs);
    if (store->address != NULL) {
        fc_memory_wipe(store->address, strlen(store->address));
    }
    fc_memory_free(store->address);
    fc_memory_free(store->held);
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
    store->base = (fc_job_store){ &ENGINE, keep_hours };
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
    const size_t size = strlen(address) + 1;
    FC_TRY(new_store(blobs, keep_hours, &store, err));
    FC_TRY(fc_memory_new(size, 1, (void **)&store->address, err));
    memcpy(store->address, address, size);
    FC_TRY(connect(store, err));
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
    postgres_store_free(store);
}

fc_status fc_postgres_enter(fc_postgres_store *store, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    if (fc_pg_lives(store->pg)) {
        return FC_OK;
    }
    fc_status status = FC_BUSY;
    if (fc_clock_us() < store->connect_us) {
        status = fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
    } else {
        status = connect(store, err);
        store->connect_us = status == FC_OK ? 0 : fc_clock_us() + PAUSE_US;
    }
    if (status != FC_OK) {
        (void)pthread_mutex_unlock(&store->lock);
    }
    return status;
}

fc_status fc_postgres_leave(fc_postgres_store *store, fc_status status)
{
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

fc_status fc_postgres_ask(fc_postgres_store *store, const fc_pg_query *query, fc_pg_rows **rows,
                          fc_error *err)
{
    FC_TRY(fc_postgres_enter(store, err));
    return fc_postgres_leave(store, fc_pg_ask(store->pg, query, rows, err));
}

/* One database for as long as it is open. */
uint64_t fc_postgres_generation(fc_job_store *base)
{
    (void)base;
    return 1;
}

int64_t fc_postgres_now_s(fc_job_store *base)
{
    return (fc_clock_us() + atomic_load(&fc_postgres_of(base)->ahead_us)) / 1000000;
}

/* ---- probe ----------------------------------------------------------------------------------- */

static fc_status probe_blobs(fc_postgres_store *store, fc_error *err)
{
    static const uint8_t page[PROBE_BYTES];
    char name[FC_JOB_ID_SIZE + 8];
    char id[FC_JOB_ID_SIZE];
    fc_error why = { 0 };
    FC_TRY(fc_job_id_new(id, err));
    (void)snprintf(name, sizeof name, "probe-%s", id);
    const fc_status status =
        fc_blobs_put(store->blobs, name, (fc_bytes){ page, sizeof page }, &why);
    (void)(fc_blobs_remove(store->blobs, name, NULL) == FC_OK);
    return status == FC_OK ? FC_OK : fc_fail(err, status, "the store of pictures: %s", why.text);
}

static fc_status probe(fc_postgres_store *store, fc_error *err)
{
    FC_TRY(fc_postgres_enter(store, err));
    const fc_status status = fc_pg_run(store->pg, "UPDATE service SET probes = probes + 1", err);
    FC_TRY(fc_postgres_leave(store, status));
    return probe_blobs(store, err);
}

fc_status fc_postgres_probe(fc_job_store *base, fc_error *err)
{
    fc_postgres_store *store = fc_postgres_of(base);
    (void)pthread_mutex_lock(&store->probe_lock);
    if (store->probed_us == 0 || fc_clock_us() - store->probed_us >= PROBE_EVERY_US) {
        store->probed = (fc_error){ 0 };
        store->probed.status = probe(store, &store->probed);
        store->probed_us = fc_clock_us();
    }
    const fc_error found = store->probed;
    (void)pthread_mutex_unlock(&store->probe_lock);
    return found.status == FC_OK ? FC_OK : fc_fail(err, found.status, "%s", found.text);
}

/* ---- blobs that are to go -------------------------------------------------------------------- */

fc_status fc_names_add(fc_buffer *names, const char *name, fc_error *err)
{
    return fc_buffer_print(names, err, "%s%s", names->size == 0 ? "{" : ",", name);
}

fc_status fc_names_end(fc_buffer *names, fc_error *err)
{
    return fc_buffer_print(names, err, "%s", names->size == 0 ? "{}" : "}");
}

/* Remove one after the other; `gone` gets those that are. */
static fc_status remove_all(fc_blobs *blobs, const char *names, fc_buffer *gone, fc_error *err)
{
    char name[128];
    for (const char *at = names + 1; *at != '\0';) {
        const size_t length = strcspn(at, ",}");
        (void)snprintf(name, sizeof name, "%.*s", (int)length, at);
        if (length > 0 && fc_blobs_remove(blobs, name, NULL) == FC_OK) {
            FC_TRY(fc_names_add(gone, name, err));
        }
        at += length + 1;
    }
    return fc_names_end(gone, err);
}

static fc_status strike_off(fc_postgres_store *store, const char *names, fc_error *err)
{
    fc_pg_query query;
    fc_pg_start(&query, "DELETE FROM doomed WHERE name = ANY ($1::text[])");
    fc_pg_add_text(&query, names);
    return fc_postgres_ask(store, &query, NULL, err);
}

static fc_status dispose(fc_postgres_store *store, const char *names, fc_error *err)
{
    FC_AUTO_BUFFER(gone, FC_NAMES_BYTES_MAX);
    FC_TRY(remove_all(store->blobs, names, &gone, err));
    return strike_off(store, fc_buffer_text(&gone), err);
}

void fc_postgres_dispose(fc_postgres_store *store, const char *names)
{
    (void)(dispose(store, names, NULL) == FC_OK);
}

/* Taken for a while: whoever dies meanwhile leaves them to the next one. */
static const char TAKE[] =
    "UPDATE doomed SET taken = true, due = clock_timestamp() + $1::int * interval '1 second'"
    " WHERE name IN (SELECT name FROM doomed WHERE due <= clock_timestamp()"
    " ORDER BY due LIMIT 256 FOR UPDATE SKIP LOCKED) RETURNING name";

static fc_status take_doomed(fc_postgres_store *store, fc_buffer *names, size_t *count,
                             fc_error *err)
{
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, TAKE);
    fc_pg_add_number(&query, store->times.taken_s);
    FC_TRY(fc_postgres_ask(store, &query, &rows, err));
    *count = fc_pg_count(rows);
    for (size_t i = 0; i < *count; i++) {
        char name[128];
        fc_pg_text(rows, i, 0, name, sizeof name);
        FC_TRY(fc_names_add(names, name, err));
    }
    return fc_names_end(names, err);
}

fc_status fc_postgres_sweep(fc_postgres_store *store, fc_error *err)
{
    size_t count = 1;
    while (count > 0) {
        FC_AUTO_BUFFER(names, FC_NAMES_BYTES_MAX);
        FC_TRY(take_doomed(store, &names, &count, err));
        if (count > 0) {
            FC_TRY(dispose(store, fc_buffer_text(&names), err));
        }
    }
    return FC_OK;
}
