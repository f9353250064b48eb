/* Whether the store can be written at this moment. */
#include <time.h>

#include "base/assert.h"
#include "base/clock.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"

/* How often it is tried; how long others are waited for that use the store. */
#define PROBE_EVERY_US INT64_C(1000000)
#define WAIT_US INT64_C(1000000)
#define LOOK_NS 1000000

static fc_status probe_folder(const fc_sqlite_store *store, size_t room, fc_error *err)
{
    fc_error why = { 0 };
    const fc_status status = fc_blobs_probe(store->blobs, room, &why);
    return status == FC_OK ? FC_OK : fc_fail(err, status, "the output folder: %s", why.text);
}

/* So short a wait in vain says nothing about the next one. */
static fc_status probe_database(fc_sqlite_store *store, fc_error *err)
{
    (void)sqlite3_busy_timeout(store->db, FC_STORE_LOCKED_MS);
    const fc_status status = fc_sql_run(store->db, "UPDATE service SET probes = probes + 1", err);
    if (status == FC_OK) {
        fc_sqlite_note_unlocked(store);
    }
    store->doubtful |= status == FC_BUSY; /* the next connection has its own wait */
    return status;
}

/* pthread_mutex_timedlock goes by the time of day, which somebody may set back meanwhile, and the
 * thread sanitizer does not know the call that takes another clock. */
static bool lock_in_time(fc_sqlite_store *store)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    const int64_t until_us = fc_clock_us() + WAIT_US;
    while (pthread_mutex_trylock(&store->lock) != 0) {
        if (fc_clock_us() >= until_us) {
            return false;
        }
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

static fc_status probe(fc_sqlite_store *store, size_t room, fc_error *err)
{
    if (!lock_in_time(store)) {
        return fc_fail(err, FC_BUSY, "the database of the jobs has been busy for a second");
    }
    fc_status status = fc_sqlite_mend(store, FC_STORE_WRITE, err);
    status = status != FC_OK ? status : probe_folder(store, room, err);
    status = status != FC_OK ? status : probe_database(store, err);
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

fc_status fc_sqlite_probe(fc_job_store *base, size_t room, fc_error *err)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    (void)pthread_mutex_lock(&store->probe_lock);
    const int64_t probed_us = atomic_load(&store->probed_us);
    if (probed_us == 0 || store->probed_room != room ||
        fc_clock_us() - probed_us >= PROBE_EVERY_US) {
        store->probed = (fc_error){ 0 };
        store->probed.status = probe(store, room, &store->probed);
        store->probed_room = room;
        atomic_store(&store->probed_us, fc_clock_us());
    }
    const fc_error found = store->probed;
    (void)pthread_mutex_unlock(&store->probe_lock);
    return found.status == FC_OK ? FC_OK : fc_fail(err, found.status, "%s", found.text);
}
