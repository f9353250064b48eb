/* Opening and closing the store; its tables. */
#define _GNU_SOURCE /* realpath */
#include "app/job_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/job_store_inside.h"
#include "base/assert.h"
#include "base/memory.h"
#include "base/number.h"

#define DATABASE_NAME "facecraft.db"
#define GUARD_NAME "facecraft.lock"

/* "FCJS": tells our databases from others. */
#define APPLICATION_ID 0x46434A53
#define SCHEMA_VERSION 1

#define BUSY_TIMEOUT_MS 5000

/* synchronous=FULL: a commit is on disk when it returns, so that neither an answered job is lost
 * nor a deleted one comes back with a power cut; NORMAL would do for kill -9 alone. It costs one
 * more sync beside the two that each picture needs anyway. secure_delete: what is deleted is
 * overwritten with zeros. */
static const char SETUP[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
                            "PRAGMA trusted_schema=OFF;";

static const char SCHEMA[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE jobs (id TEXT PRIMARY KEY NOT NULL, batch TEXT NOT NULL, number INTEGER NOT NULL,"
    " owner TEXT NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL, created INTEGER NOT NULL,"
    " finished INTEGER NOT NULL, error TEXT NOT NULL, message TEXT NOT NULL, answer BLOB NOT NULL)"
    " STRICT;"
    "CREATE INDEX jobs_of_batch ON jobs (batch, number) WHERE batch <> '';"
    "CREATE INDEX jobs_by_end ON jobs (finished);"
    "CREATE TABLE pictures (job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    " type INTEGER NOT NULL, number INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " saved INTEGER NOT NULL, crc INTEGER NOT NULL, digest TEXT NOT NULL,"
    " PRIMARY KEY (job, number, type)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id=1178815059;" /* APPLICATION_ID */
    "PRAGMA user_version=1;"            /* SCHEMA_VERSION */
    "COMMIT;";

_Static_assert(APPLICATION_ID == 1178815059 && SCHEMA_VERSION == 1, "SCHEMA says the same");

const char *fc_picture_type_name(fc_picture_type type)
{
    static const char *const NAMES[FC_PICTURE_TYPES_COUNT] = { "png", "jpg", "webp" };
    FC_ASSERT((unsigned)type < FC_PICTURE_TYPES_COUNT);
    return NAMES[type];
}

const char *fc_job_store_library(void)
{
    return sqlite3_libversion();
}

bool fc_job_store_keeps(const fc_job_store *store)
{
    FC_ASSERT(store != NULL);
    return store->keep_hours > 0;
}

bool fc_job_store_usable(const fc_job_store *store)
{
    FC_ASSERT(store != NULL);
    struct stat opened = { 0 };
    struct stat named = { 0 };
    return !fc_job_store_keeps(store) ||
           (fstat(store->folder, &opened) == 0 && stat(store->path, &named) == 0 &&
            opened.st_dev == named.st_dev && opened.st_ino == named.st_ino &&
            access(store->path, W_OK) == 0);
}

static fc_status io_error(fc_error *err, const char *folder)
{
    return fc_fail(err, FC_IO, "output folder %.120s: %s", folder, strerror(errno));
}

static fc_status open_folder(fc_job_store *store, const char *folder, fc_error *err)
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
static fc_status take_guard(fc_job_store *store, const char *folder, fc_error *err)
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

static fc_status read_pragma(sqlite3 *db, const char *sql, char *text, size_t size, fc_error *err)
{
    FC_AUTO(fc_statement) statement = NULL;
    bool row = false;
    FC_TRY(fc_sql_prepare(db, sql, &statement, err));
    FC_TRY(fc_sql_step(statement, &row, err));
    text[0] = '\0';
    if (row) {
        fc_sql_column_text(statement, 0, text, size);
    }
    return FC_OK;
}

static fc_status read_number(sqlite3 *db, const char *sql, int64_t *number, fc_error *err)
{
    char text[32];
    FC_TRY(read_pragma(db, sql, text, sizeof text, err));
    return fc_parse_integer(text, number) ? FC_OK : fc_sql_fail(db, err);
}

static fc_status check_database(sqlite3 *db, bool *empty, fc_error *err)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    FC_TRY(read_number(db, "PRAGMA application_id", &application, err));
    FC_TRY(read_number(db, "PRAGMA user_version", &version, err));
    FC_TRY(read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err));
    *empty = application == 0 && version == 0 && tables == 0;
    if (*empty) {
        return FC_OK;
    }
    if (application != APPLICATION_ID) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder belongs to another program");
    }
    if (version != SCHEMA_VERSION) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder has version %" PRId64
                                     ", this facecraft knows version %d",
                       version, SCHEMA_VERSION);
    }
    char verdict[64];
    FC_TRY(read_pragma(db, "PRAGMA quick_check(1)", verdict, sizeof verdict, err));
    if (strcmp(verdict, "ok") != 0) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder is damaged; move it away to start "
                                     "without the jobs that it lists");
    }
    return FC_OK;
}

static fc_status open_database(fc_job_store *store, fc_error *err)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/" DATABASE_NAME, store->path);
    if (length < 0 || (size_t)length >= sizeof path) {
        return fc_fail(err, FC_IO, "output folder %.120s...: the name is too long", store->path);
    }
    fc_job_folder_prepare(store, DATABASE_NAME);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &store->db, flags, NULL) != SQLITE_OK) {
        return store->db != NULL ? fc_sql_fail(store->db, err)
                                 : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a database");
    }
    (void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    bool empty = false;
    FC_TRY(check_database(store->db, &empty, err));
    fc_job_folder_protect(store);
    FC_TRY(fc_sql_run(store->db, SETUP, err));
    FC_TRY(empty ? fc_sql_run(store->db, SCHEMA, err) : FC_OK);
    return fc_job_totals_start(store->db, err);
}

fc_status fc_job_store_open(const char *folder, int32_t keep_hours, fc_job_store **out,
                            fc_error *err)
{
    FC_ASSERT(folder != NULL);
    FC_ASSERT(keep_hours >= 0);
    FC_ASSERT(out != NULL);

    FC_AUTO(fc_job_store) store = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *store, (void **)&store, err));
    (void)pthread_mutex_init(&store->lock, NULL);
    store->folder = store->guard = -1;
    store->keep_hours = keep_hours;
    if (keep_hours > 0) {
        FC_TRY(open_folder(store, folder, err));
        FC_TRY(take_guard(store, folder, err));
        FC_TRY(open_database(store, err));
        FC_TRY(fc_job_store_repair(store, err));
    }
    *out = FC_STEAL(store);
    return FC_OK;
}

void fc_job_store_close(fc_job_store *store)
{
    if (store == NULL) {
        return;
    }
    (void)sqlite3_close(store->db);
    if (store->guard >= 0) {
        (void)close(store->guard);
    }
    if (store->folder >= 0) {
        (void)close(store->folder);
    }
    (void)pthread_mutex_destroy(&store->lock);
    fc_memory_free(store);
}

fc_status fc_job_store_begin_change(fc_job_store *store, fc_error *err)
{
    return fc_sql_run(store->db, "BEGIN IMMEDIATE", err);
}

fc_status fc_job_store_end_change(fc_job_store *store, fc_status status, fc_error *err)
{
    if (status == FC_OK) {
        status = fc_sql_run(store->db, "COMMIT", err);
    }
    if (status != FC_OK && sqlite3_get_autocommit(store->db) == 0) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}
