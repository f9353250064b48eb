#include "store/sql.h"

#include <stdio.h>

#include "base/assert.h"

void fc_statement_free(fc_statement *statement)
{
    (void)sqlite3_finalize(statement);
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

fc_status fc_sql_fail(sqlite3 *db, fc_error *err)
{
    const int code = sqlite3_extended_errcode(db);
    if (is_about_locks(code)) {
        return fc_fail(err, FC_BUSY, "the database of the jobs is locked by another program");
    }
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for the database of the jobs");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return fc_fail(err, FC_IO, "the database of the jobs is damaged");
    case SQLITE_FULL:
        return fc_fail(err, FC_STORAGE_FULL, "the disk of the jobs is full");
    default:
        return fc_fail(err, FC_IO, "the database of the jobs: %s", sqlite3_errmsg(db));
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

void fc_sql_column_text(fc_statement *statement, int index, char *text, size_t size)
{
    /* As a blob: for a text with its final zero the library may need memory, and gives none of it
     * where that fails, which would be an empty text. */
    const char *value = sqlite3_column_blob(statement, index);
    const int length = sqlite3_column_bytes(statement, index);
    (void)snprintf(text, size, "%.*s", value != NULL ? length : 0, value != NULL ? value : "");
}
