/* The tables of the store are made where there are none, brought up to date where they are older,
 * refused where they are newer or not ours. */
#include "store/sqlite_database.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/number.h"
#include "store/sql.h"
#include "store/sqlite_folder.h"

/* "FCJS": tells our databases from others. */
#define APPLICATION_ID 0x46434A53
#define SCHEMA_VERSION 3

#define DATABASE_NAME "facecraft.db"

/* synchronous=FULL: a commit is on disk when it returns, so that neither an answered job is lost
 * nor a deleted one comes back with a power cut; NORMAL would do for kill -9 alone. It costs one
 * more sync than those of the pictures and of their names. secure_delete: what is deleted is
 * overwritten with zeros. */
static const char SETUP[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                            "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
                            "PRAGMA trusted_schema=OFF;";

/* What makes each version of the one before, the first one of nothing. A step that was released is
 * never changed: databases of its version exist. */
static const char *const STEPS[SCHEMA_VERSION] = {
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
    "PRAGMA user_version=1;"
    "COMMIT;",

    /* What was asked for, until it is done; keys of requests that may be repeated; one row that
     * /ready writes to and that tells an ordered end from a crash. */
    "BEGIN IMMEDIATE;"
    "ALTER TABLE jobs ADD COLUMN key TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE jobs ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX jobs_by_key ON jobs (finished) WHERE key <> '';"
    "CREATE TABLE accepted (serial INTEGER PRIMARY KEY AUTOINCREMENT,"
    " job TEXT NOT NULL UNIQUE REFERENCES jobs (id) ON DELETE CASCADE, photo INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, wish TEXT NOT NULL, accepted_ms INTEGER NOT NULL,"
    " crashes INTEGER NOT NULL) STRICT;"
    "CREATE INDEX accepted_bytes ON accepted (photo, bytes);"
    "CREATE TABLE service (one INTEGER PRIMARY KEY CHECK (one = 1), stopping INTEGER NOT NULL,"
    " probes INTEGER NOT NULL) STRICT;"
    "INSERT INTO service VALUES (1, 0, 0);"
    "PRAGMA user_version=2;"
    "COMMIT;",

    /* Who is told about the end of a job. The end itself makes it due, whoever records it and how:
     * so there is no moment between them in which a crash could lose one. */
    "BEGIN IMMEDIATE;"
    "CREATE TABLE callbacks (job TEXT PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
    " url TEXT NOT NULL, state INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER,"
    " error TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX callbacks_due ON callbacks (due) WHERE state = 0 AND due IS NOT NULL;"
    "CREATE TRIGGER callback_due AFTER UPDATE OF finished ON jobs"
    " WHEN old.finished = 0 AND new.finished > 0 BEGIN"
    " UPDATE callbacks SET due = new.finished WHERE job = new.id; END;"
    "PRAGMA user_version=3;"
    "COMMIT;",
};

_Static_assert(APPLICATION_ID == 1178815059, "the first step says the same");

/* Totals of the store, kept by the database itself, so that nobody who asks has to count. They lie
 * in a table of the connection, in memory, and are changed within the same transaction as the rows:
 * whatever the store does, and takes back, they follow. Rows are the states; row -1 has the bytes,
 * row -2 the callbacks that wait. */
static const char TOTALS[] =
    "PRAGMA temp_store=MEMORY;"
    "CREATE TEMP TABLE totals (row INTEGER PRIMARY KEY, amount INTEGER NOT NULL) STRICT;"
    "INSERT INTO totals VALUES (-1, (SELECT coalesce(sum(bytes), 0) FROM main.pictures)),"
    " (-2, (SELECT count(*) FROM main.callbacks WHERE state = 0)),"
    " (0, 0), (1, 0), (2, 0), (3, 0), (4, 0);"
    "INSERT OR REPLACE INTO totals SELECT state, count(*) FROM main.jobs GROUP BY state;"
    "CREATE TEMP TRIGGER job_in AFTER INSERT ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount + 1 WHERE row = new.state; END;"
    "CREATE TEMP TRIGGER job_out AFTER DELETE ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount - 1 WHERE row = old.state; END;"
    "CREATE TEMP TRIGGER job_moves AFTER UPDATE OF state ON main.jobs BEGIN"
    " UPDATE totals SET amount = amount - 1 WHERE row = old.state;"
    " UPDATE totals SET amount = amount + 1 WHERE row = new.state; END;"
    "CREATE TEMP TRIGGER picture_in AFTER INSERT ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount + new.bytes WHERE row = -1; END;"
    "CREATE TEMP TRIGGER picture_out AFTER DELETE ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount - old.bytes WHERE row = -1; END;"
    "CREATE TEMP TRIGGER picture_changes AFTER UPDATE OF bytes ON main.pictures BEGIN"
    " UPDATE totals SET amount = amount + new.bytes - old.bytes WHERE row = -1; END;"
    "CREATE TEMP TRIGGER callback_in AFTER INSERT ON main.callbacks BEGIN"
    " UPDATE totals SET amount = amount + (new.state = 0) WHERE row = -2; END;"
    "CREATE TEMP TRIGGER callback_out AFTER DELETE ON main.callbacks BEGIN"
    " UPDATE totals SET amount = amount - (old.state = 0) WHERE row = -2; END;"
    "CREATE TEMP TRIGGER callback_moves AFTER UPDATE OF state ON main.callbacks BEGIN"
    " UPDATE totals SET amount = amount + (new.state = 0) - (old.state = 0) WHERE row = -2; END;";

_Static_assert(FC_JOB_STATES_COUNT == 5, "TOTALS has a row for each");

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

/* The version of the tables; 0 where there are none yet. */
static fc_status check_version(sqlite3 *db, int64_t *version, fc_error *err)
{
    int64_t application = 0;
    int64_t tables = 0;
    FC_TRY(read_number(db, "PRAGMA application_id", &application, err));
    FC_TRY(read_number(db, "PRAGMA user_version", version, err));
    FC_TRY(read_number(db, "SELECT count(*) FROM sqlite_schema", &tables, err));
    if (application == 0 && *version == 0 && tables == 0) {
        return FC_OK;
    }
    if (application != APPLICATION_ID) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder belongs to another program");
    }
    if (*version < 1 || *version > SCHEMA_VERSION) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder has version %" PRId64
                                     ", this facecraft knows versions 1 to %d",
                       *version, SCHEMA_VERSION);
    }
    return FC_OK;
}

static fc_status check_pages(sqlite3 *db, fc_error *err)
{
    char verdict[64];
    FC_TRY(read_pragma(db, "PRAGMA quick_check(1)", verdict, sizeof verdict, err));
    if (strcmp(verdict, "ok") != 0) {
        return fc_fail(err, FC_IO,
                       DATABASE_NAME " in the output folder is damaged; move it away to start "
                                     "without the jobs that it lists");
    }
    return FC_OK;
}

/* A step that fails is taken back by whoever closes the database. */
static fc_status bring_up_to_date(sqlite3 *db, bool check, fc_error *err)
{
    int64_t version = 0;
    FC_TRY(check_version(db, &version, err));
    FC_TRY(check && version > 0 ? check_pages(db, err) : FC_OK);
    FC_TRY(fc_sql_run(db, SETUP, err));
    for (; version < SCHEMA_VERSION; version++) {
        FC_TRY(fc_sql_run(db, STEPS[version], err));
    }
    return FC_OK;
}

fc_status fc_sqlite_connect(fc_sqlite_store *store, bool check, fc_error *err)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/" DATABASE_NAME, store->path);
    if (length < 0 || (size_t)length >= sizeof path) {
        return fc_fail(err, FC_IO, "output folder %.120s...: the name is too long", store->path);
    }
    fc_sqlite_folder_prepare(store, DATABASE_NAME);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                      SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    sqlite3 *db = NULL;
    fc_status status = FC_OK;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        status = db != NULL ? fc_sql_fail(db, err)
                            : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a database");
    }
    if (status == FC_OK) {
        (void)sqlite3_busy_timeout(db, store->locked ? FC_STORE_LOCKED_MS : FC_STORE_BUSY_MS);
        status = bring_up_to_date(db, check, err);
    }
    if (status == FC_OK) {
        fc_sqlite_folder_protect(store);
        status = fc_sql_run(db, TOTALS, err);
    }
    if (status != FC_OK) {
        (void)sqlite3_close_v2(db);
        return status;
    }
    store->db = db;
    return FC_OK;
}

/* ---- what goes wrong meanwhile --------------------------------------------------------------- */

typedef enum folder_now { FOLDER_SAME, FOLDER_GONE, FOLDER_OTHER } folder_now;

static folder_now look_at_folder(const fc_sqlite_store *store)
{
    struct stat opened = { 0 };
    struct stat named = { 0 };
    if (fstat(store->folder, &opened) != 0 || stat(store->path, &named) != 0 ||
        !S_ISDIR(named.st_mode)) {
        return FOLDER_GONE;
    }
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino ? FOLDER_SAME
                                                                          : FOLDER_OTHER;
}

/* After a failure SQLite may be left with a transaction whose ROLLBACK failed as well, which every
 * later one would be refused for, or with a lock that could not be given back. A new connection has
 * neither. The old one goes first: it may hold what the new one needs. */
static fc_status connect_again(fc_sqlite_store *store, fc_error *err)
{
    if (store->db != NULL && sqlite3_get_autocommit(store->db) == 0) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        store->doubtful |= sqlite3_get_autocommit(store->db) == 0;
    }
    if (store->db != NULL && !store->doubtful) {
        return FC_OK;
    }
    (void)sqlite3_close_v2(store->db);
    store->db = NULL;
    FC_TRY(fc_sqlite_connect(store, false, err));
    store->doubtful = false;
    FC_LOG(FC_LOG_WARNING, "database opened again",
           FC_LOG_TEXT("why", "it was left locked, or in a change"));
    return FC_OK;
}

fc_status fc_sqlite_mend(fc_sqlite_store *store, fc_store_use use, fc_error *err)
{
    if (store->unopened != FC_OK) {
        return fc_fail(err, store->unopened,
                       store->unopened == FC_STORAGE_FULL
                           ? "there was no room to open the output folder"
                           : "the output folder cannot be opened");
    }
    const folder_now now = look_at_folder(store);
    if (now == FOLDER_OTHER) {
        FC_TRY(store->move_in(store, err));
    } else if (now == FOLDER_GONE && use == FC_STORE_WRITE) {
        return fc_fail(err, FC_IO, "the output folder is gone");
    }
    return connect_again(store, err);
}

fc_status fc_sqlite_enter(fc_sqlite_store *store, fc_store_use use, fc_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    const fc_status status = fc_sqlite_mend(store, use, err);
    if (status != FC_OK) {
        atomic_store(&store->probed_us, 0);
        (void)pthread_mutex_unlock(&store->lock);
    }
    return status;
}

/* A lock that is taken may be our own, which could not be given back. What else has failed leaves
 * the connection as it was, and on a full disk there may be no room for a new one. */
fc_status fc_sqlite_leave(fc_sqlite_store *store, fc_status status)
{
    store->doubtful |= status == FC_BUSY;
    store->locked |= status == FC_BUSY;
    store->failed |= status != FC_OK && status != FC_NOT_FOUND;
    if (status != FC_OK && status != FC_NOT_FOUND) {
        atomic_store(&store->probed_us, 0);
    }
    (void)pthread_mutex_unlock(&store->lock);
    return status;
}

/* ---- changes --------------------------------------------------------------------------------- */

void fc_sqlite_note_unlocked(fc_sqlite_store *store)
{
    store->locked = false;
    store->failed = false;
    (void)sqlite3_busy_timeout(store->db, FC_STORE_BUSY_MS);
}

/* Where the use before failed, a lock that is in the way may be left over from it: some versions of
 * SQLite find that out here only (3.46, not 3.40). */
fc_status fc_sqlite_begin_change(fc_sqlite_store *store, fc_error *err)
{
    fc_status status = fc_sql_run(store->db, "BEGIN IMMEDIATE", err);
    if (status == FC_BUSY && store->failed) {
        store->failed = false;
        store->doubtful = true;
        FC_TRY(connect_again(store, err));
        status = fc_sql_run(store->db, "BEGIN IMMEDIATE", err);
    }
    FC_TRY(status);
    fc_sqlite_note_unlocked(store);
    return FC_OK;
}

/* Where taking it back fails, the next fc_sqlite_enter sees to it. */
fc_status fc_sqlite_end_change(fc_sqlite_store *store, fc_status status, fc_error *err)
{
    if (status == FC_OK) {
        status = fc_sql_run(store->db, "COMMIT", err);
    }
    if (status != FC_OK && sqlite3_get_autocommit(store->db) == 0) {
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return status;
}
