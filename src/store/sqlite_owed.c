/* Endings that the database could not take: told from memory, recorded as soon as it can be
 * written. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/memory.h"
#include "store/job_pictures.h"
#include "store/job_store.h"
#include "store/sqlite_database.h"
#include "store/sqlite_rows.h"

/* With the lock held. */
static fc_status record(fc_sqlite_store *store, const fc_owed_ending *owed, fc_error *err)
{
    const fc_job_ending ending = { .state = FC_JOB_FAILED,
                                   .failure = &owed->why,
                                   .frees_key = true };
    FC_TRY(fc_sqlite_begin_change(store, err));
    FC_TRY(fc_sqlite_end_change(
        store, fc_sqlite_record(store, owed->id, &ending, owed->finished_s, err), err));
    fc_kept_photo_remove(store->blobs, owed->id);
    return FC_OK;
}

void fc_sqlite_fail(fc_job_store *base, const char *id, const fc_error *why)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_owed_ending ending = { .finished_s = (int64_t)time(NULL), .why = *why };
    memcpy(ending.id, id, sizeof ending.id);
    (void)pthread_mutex_lock(&store->lock);
    const fc_status mended = fc_sqlite_mend(store, FC_STORE_WRITE, NULL);
    const fc_status status = mended == FC_OK ? record(store, &ending, NULL) : mended;
    if (status == FC_OK) {
        fc_owed_forget(store, id);
    } else if (status != FC_NOT_FOUND) {
        fc_owed_add(store, &ending);
    }
    (void)(fc_sqlite_leave(store, mended == FC_OK ? status : FC_OK) == FC_OK);
}

bool fc_sqlite_settle(fc_job_store *base)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    fc_status status = FC_OK;
    (void)pthread_mutex_lock(&store->lock);
    while (store->owed_count > 0 && status == FC_OK &&
           fc_sqlite_mend(store, FC_STORE_WRITE, NULL) == FC_OK) {
        if (store->owed_count > 0) { /* another folder owes nothing */
            status = record(store, &store->owed[store->owed_count - 1], NULL);
            status = status == FC_NOT_FOUND ? FC_OK : status;
            store->owed_count -= status == FC_OK ? 1 : 0;
        }
    }
    const bool settled = store->owed_count == 0;
    (void)(fc_sqlite_leave(store, status) == FC_OK);
    return settled;
}
