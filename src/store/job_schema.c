/* The tables of the job store: made where there are none, brought up to date where they are older,
 * refused where they are newer or not ours. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "store/job_store_private.h"

/* "FCJS": tells our databases from others. */
#define APPLICATION_ID 0x46434A53
#define SCHEMA_VERSION 2

#define DATABASE_NAME "facecraft.db"

/* synchronous=FULL: a commit is on disk when it returns, so that neither an answered job is lost
 * nor a deleted one comes back with a power cut; NORMAL would do for kill -9 alone. It costs one
 * more sync beside the two that each picture needs anyway. secure_delete: what is deleted is
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
};

_Static_assert(APPLICATION_ID == 1178815059, "the first step says the same");

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

fc_status fc_job_store_connect(fc_job_store *store, bool check, fc_error *err)
{
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof path, "%s/" DATABASE_NAME, store->path);
    if (length < 0 || (size_t)length >= sizeof path) {
        return fc_fail(err, FC_IO, "output folder %.120s...: the name is too long", store->path);
    }
    fc_job_folder_prepare(store, DATABASE_NAME);
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
        fc_job_folder_protect(store);
        status = fc_job_totals_start(db, err);
    }
    if (status != FC_OK) {
        (void)sqlite3_close_v2(db);
        return status;
    }
    store->db = db;
    return FC_OK;
}
