#include "store/sql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

void fc_statement_free(fc_statement *statement)
{
    (void)sqlite3_finalize(statement);
}

void fc_database_close(fc_database *db)
{
    (void)sqlite3_close_v2(db);
}

/* Another program holds a lock, or a lock could not be taken or given back. */
static bool is_about_locks(int code)
{
    switch (code) {
    case SQLITE_PROTOCOL:
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_SHMLOCK:
        return true;
    default:
        return (code & 0xFF) == SQLITE_BUSY || (code & 0xFF) == SQLITE_LOCKED;
    }
}

/* Also where a file beside the database could not be made or grow. */
static bool is_full(sqlite3 *db, int code)
{
    const int reason = sqlite3_system_errno(db);
    const bool no_room = reason == ENOSPC || reason == EDQUOT;
    return (code & 0xFF) == SQLITE_FULL || code == SQLITE_IOERR_SHMSIZE ||
           (no_room && ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN));
}

/* Its file where it is not that of the jobs. */
static const char *name_of(sqlite3 *db)
{
    const char *path = sqlite3_db_filename(db, "main");
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    const bool named = slash != NULL && strcmp(slash, "/facecraft.db") != 0;
    return named ? slash + 1 : "the database of the jobs";
}

fc_status fc_sql_fail(sqlite3 *db, fc_error *err)
{
    const int code = sqlite3_extended_errcode(db);
    const char *name = name_of(db);
    if (is_about_locks(code)) {
        return fc_fail(err, FC_BUSY, "%.80s is locked by another program", name);
    }
    if (is_full(db, code)) {
        return fc_fail(err, FC_STORAGE_FULL, "the disk of %.80s is full", name);
    }
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for %.80s", name);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fc_fail(err, FC_IO, "%.80s is damaged", name);
    default:
        return fc_fail(err, FC_IO, "%.80s: %s", name, sqlite3_errmsg(db));
    }
}

fc_status fc_sql_run(sqlite3 *db, const char *sql, fc_error *err)
{
    FC_ASSERT(db != NULL);
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? FC_OK : fc_sql_fail(db, err);
}

fc_status fc_sql_prepare(sqlite3 *db, const char *sql, fc_statement **out, fc_error *err)
{
    FC_ASSERT(db != NULL);
    FC_ASSERT(out != NULL);
    return sqlite3_prepare_v2(db, sql, -1, out, NULL) == SQLITE_OK ? FC_OK : fc_sql_fail(db, err);
}

/* Without memory the parameter stays NULL, which no column of ours takes: the step then fails. */
void fc_sql_bind_text(fc_statement *statement, int index, const char *text)
{
    (void)sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

void fc_sql_bind_integer(fc_statement *statement, int index, int64_t value)
{
    (void)sqlite3_bind_int64(statement, index, value);
}

void fc_sql_bind_bytes(fc_statement *statement, int index, fc_bytes bytes)
{
    (void)sqlite3_bind_blob64(statement, index, bytes.size > 0 ? (const void *)bytes.data : "",
                              bytes.size, SQLITE_STATIC);
}

fc_status fc_sql_step(fc_statement *statement, bool *row, fc_error *err)
{
    FC_ASSERT(statement != NULL);
    const int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return fc_sql_fail(sqlite3_db_handle(statement), err);
    }
    *row = code == SQLITE_ROW;
    return FC_OK;
}

fc_status fc_sql_finish(fc_statement *statement, fc_error *err)
{
    bool row = false;
    FC_TRY(fc_sql_step(statement, &row, err));
    FC_ASSERT(!row);
    return FC_OK;
}

void fc_sql_reset(fc_statement *statement)
{
    (void)sqlite3_reset(statement);
}

void fc_sql_column_text(fc_statement *statement, int index, char *text, size_t size)
{
    /* As a blob: for a text with its final zero the library may need memory, and gives none of it
     * where that fails, which would be an empty text. */
    const char *value = sqlite3_column_blob(statement, index);
    const int length = sqlite3_column_bytes(statement, index);
    (void)snprintf(text, size, "%.*s", value != NULL ? length : 0, value != NULL ? value : "");
}

fc_status fc_database_open(const char *path, bool create, fc_database **out, fc_error *err)
{
    FC_ASSERT(path != NULL);
    FC_ASSERT(out != NULL);
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    FC_AUTO(fc_database) db = NULL;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        return db != NULL ? fc_sql_fail(db, err)
                          : fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a database");
    }
    (void)sqlite3_busy_timeout(db, FC_DATABASE_BUSY_MS);
    FC_TRY(fc_sql_run(db,
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                      "PRAGMA trusted_schema=OFF;",
                      err));
    *out = FC_STEAL(db);
    return FC_OK;
}

int64_t fc_sql_column_integer(fc_statement *statement, int index)
{
    return sqlite3_column_int64(statement, index);
}

const char *fc_sql_column_borrowed(fc_statement *statement, int index)
{
    const char *text = (const char *)sqlite3_column_text(statement, index);
    return text != NULL ? text : "";
}
