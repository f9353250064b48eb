/* Opening and closing the store, and what happens to its folder meanwhile. */
#define _GNU_SOURCE /* realpath, dup3 */
#include "store/sqlite_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/folder_blobs.h"
#include "store/sqlite_database.h"
#include "store/sqlite_repair.h"
#include "store/sqlite_rows.h"
#include "store/sqlite_store_private.h"

#define GUARD_NAME "facecraft.lock"

/* What is accepted and not done yet, unless fc_sqlite_set_room says otherwise. */
#define ROOM_PHOTOS 1000
#define ROOM_BYTES (INT64_C(2) << 30)

static const fc_job_engine ENGINE = {
    .name = "SQLite",
#define FC_JOB_CALL(result, name, arguments) .name = fc_sqlite_##name,
#include "store/job_engine.def"
#undef FC_JOB_CALL
};

static void sqlite_store_free(fc_sqlite_store *store)
{
    if (store != NULL) {
        fc_sqlite_close(&store->base);
    }
}

FC_DEFINE_CLEANUP(fc_sqlite_store, sqlite_store_free)

static fc_status io_error(fc_error *err, const char *folder)
{
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fc_fail(err, full ? FC_STORAGE_FULL : FC_IO, "output folder %.120s: %s", folder,
                   strerror(errno));
}

static fc_status open_folder(fc_sqlite_store *store, const char *folder, fc_error *err)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return io_error(err, folder);
    }
    char resolved[PATH_MAX];
    if (realpath(folder, resolved) == NULL) {
        return io_error(err, folder);
    }
    (void)snprintf(store->path, sizeof store->path, "%s", resolved);
    store->folder = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return store->folder >= 0 ? FC_OK : io_error(err, folder);
}

/* One process for each folder: two would clear up each other's running jobs. */
static fc_status take_guard(fc_sqlite_store *store, const char *folder, fc_error *err)
{
    store->guard =
        openat(store->folder, GUARD_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (store->guard < 0) {
        return io_error(err, folder);
    }
    char holder[24] = "";
    if (flock(store->guard, LOCK_EX | LOCK_NB) != 0) {
        const ssize_t count = pread(store->guard, holder, sizeof holder - 1, 0);
        return fc_fail(err, FC_IO,
                       "output folder %.120s is in use by another facecraft, process %s", folder,
                       count > 0 ? holder : "unknown");
    }
    (void)snprintf(holder, sizeof holder, "%ld", (long)getpid());
    if (ftruncate(store->guard, 0) != 0 ||
        pwrite(store->guard, holder, strlen(holder), 0) != (ssize_t)strlen(holder)) {
        return io_error(err, folder);
    }
    return FC_OK;
}

/* Everything that a folder has. */
static fc_status open_all(fc_sqlite_store *store, const char *folder, fc_error *err)
{
    FC_TRY(open_folder(store, folder, err));
    FC_TRY(take_guard(store, folder, err));
    FC_TRY(fc_folder_blobs_new(store->folder, &store->blobs, err));
    FC_TRY(fc_sqlite_connect(store, true, err));
    return fc_sqlite_repair(store, err);
}

static fc_status move_in(fc_sqlite_store *store, fc_error *err);

static fc_status new_store(int32_t keep_hours, fc_sqlite_store **out, fc_error *err)
{
    fc_sqlite_store *store = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *store, (void **)&store, err));
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_mutex_init(&store->probe_lock, NULL);
    store->folder = store->guard = -1;
    store->base = (fc_job_store){ .engine = &ENGINE, .keep_hours = keep_hours };
    store->generation = 1;
    store->move_in = move_in;
    store->room = (fc_job_room){ ROOM_PHOTOS, ROOM_BYTES };
    *out = store;
    return FC_OK;
}

/* A folder without room is opened as soon as it has some. */
static fc_status wait_for_room(const char *folder, int32_t keep_hours, const fc_error *why,
                               fc_sqlite_store **out, fc_error *err)
{
    FC_TRY(new_store(keep_hours, out, err));
    (void)snprintf((*out)->path, sizeof(*out)->path, "%s", folder);
    (*out)->unopened = FC_STORAGE_FULL;
    FC_LOG(FC_LOG_WARNING, "no room for jobs: waiting until there is",
           FC_LOG_TEXT("folder", folder), FC_LOG_TEXT("error", why->text));
    return FC_OK;
}

fc_status fc_sqlite_open(const char *folder, int32_t keep_hours, fc_job_store **out, fc_error *err)
{
    FC_AUTO(fc_sqlite_store) store = NULL;
    FC_AUTO(fc_sqlite_store) waiting = NULL;
    fc_error why = { 0 };
    FC_TRY(new_store(keep_hours, &store, err));
    const fc_status status = open_all(store, folder, &why);
    if (status == FC_STORAGE_FULL) {
        FC_TRY(wait_for_room(folder, keep_hours, &why, &waiting, err));
        *out = &FC_STEAL(waiting)->base;
        return FC_OK;
    }
    if (status != FC_OK) {
        return fc_fail(err, status, "%s", why.text);
    }
    *out = &FC_STEAL(store)->base;
    return FC_OK;
}

void fc_sqlite_close(fc_job_store *base)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    (void)sqlite3_close_v2(store->db);
    fc_blobs_close(store->blobs);
    if (store->guard >= 0) {
        (void)close(store->guard);
    }
    if (store->folder >= 0) {
        (void)close(store->folder);
    }
    fc_memory_free(store->owed);
    (void)pthread_mutex_destroy(&store->probe_lock);
    (void)pthread_mutex_destroy(&store->lock);
    fc_memory_free(store);
}

/* ---- what goes wrong meanwhile --------------------------------------------------------------- */

/* The folder was removed and made anew, or another one was moved to its place. Descriptors keep
 * their numbers, as others may be using them at this moment. */
static fc_status move_in(fc_sqlite_store *store, fc_error *err)
{
    FC_AUTO(fc_sqlite_store) next = NULL;
    fc_error why = { 0 };
    FC_TRY(new_store(store->base.keep_hours, &next, err));
    fc_status status = open_all(next, store->path, &why);
    if (status == FC_OK && fc_owed_make_room(store, next->owed_capacity, &why) != FC_OK) {
        status = why.status;
    }
    if (status != FC_OK) {
        return fc_fail(err, status,
                       "the output folder was replaced, and the new one cannot be used");
    }
    if (dup3(next->folder, store->folder, O_CLOEXEC) < 0 ||
        dup3(next->guard, store->guard, O_CLOEXEC) < 0) {
        return fc_fail(err, FC_IO, "the output folder was replaced: %s", strerror(errno));
    }
    (void)sqlite3_close_v2(store->db);
    store->db = FC_STEAL(next->db);
    store->owed_count = 0;
    store->generation++;
    FC_LOG(FC_LOG_WARNING, "output folder replaced", FC_LOG_TEXT("now", "the new one is used"));
    return FC_OK;
}

/* Once more, with the lock held. */
static void open_late(fc_sqlite_store *store)
{
    FC_AUTO(fc_sqlite_store) next = NULL;
    fc_error why = { 0 };
    fc_status status = new_store(store->base.keep_hours, &next, &why);
    status = status == FC_OK ? open_all(next, store->path, &why) : status;
    if (status == FC_OK) {
        status = fc_owed_make_room(store, next->owed_capacity, &why);
    }
    if (status != FC_OK) {
        if (status != store->unopened) {
            FC_LOG(FC_LOG_ERROR, "output folder not opened", FC_LOG_TEXT("error", why.text));
        }
        store->unopened = status;
        return;
    }
    store->unopened = FC_OK;
    memcpy(store->path, next->path, sizeof store->path);
    store->folder = next->folder;
    store->guard = next->guard;
    next->folder = next->guard = -1;
    store->blobs = FC_STEAL(next->blobs);
    store->db = FC_STEAL(next->db);
    store->generation++;
    atomic_store(&store->probed_us, 0);
    FC_LOG(FC_LOG_INFO, "there is room for jobs again", FC_LOG_TEXT("folder", store->path));
}

uint64_t fc_sqlite_generation(fc_job_store *base)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    (void)pthread_mutex_lock(&store->lock);
    if (store->unopened != FC_OK) {
        open_late(store);
    }
    const uint64_t generation = store->generation;
    (void)pthread_mutex_unlock(&store->lock);
    return generation;
}

int64_t fc_sqlite_now_s(fc_job_store *base)
{
    (void)base;
    return (int64_t)time(NULL);
}

void fc_sqlite_set_room(fc_job_store *base, fc_job_room room)
{
    fc_sqlite_store *store = fc_sqlite_of(base);
    (void)pthread_mutex_lock(&store->lock);
    store->room = room;
    (void)pthread_mutex_unlock(&store->lock);
}
