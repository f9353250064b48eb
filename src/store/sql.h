/** SQL: the few calls of SQLite that are needed, with our statuses. One thread at a time for each
 * database. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/* FC_AUTO(fc_statement) rows = NULL; */
typedef sqlite3_stmt fc_statement;
void fc_statement_free(fc_statement *statement);
FC_DEFINE_CLEANUP(fc_statement, fc_statement_free)

/* A database: FC_AUTO(fc_database) db = NULL; */
typedef sqlite3 fc_database;
void fc_database_close(fc_database *db);
FC_DEFINE_CLEANUP(fc_database, fc_database_close)

/** How long a database that another program has locked is waited for. */
#define FC_DATABASE_BUSY_MS 5000

/**
 * Open a database for one thread at a time; commits are written ahead, so that a killed program
 * loses nothing that it committed.
 *
 * create   make it where there is none
 *
 * Errors: as fc_sql_fail.
 */
FC_MUST_CHECK fc_status fc_database_open(const char *path, bool create, fc_database **out,
                                         fc_error *err);

/** Why the last call went wrong: FC_BUSY (anything about locks), FC_STORAGE_FULL, FC_OUT_OF_MEMORY,
 *  else FC_IO. */
FC_MUST_CHECK fc_status fc_sql_fail(sqlite3 *db, fc_error *err);

/** Run statements that give no rows. */
FC_MUST_CHECK fc_status fc_sql_run(sqlite3 *db, const char *sql, fc_error *err);

/** Prepare one statement. */
FC_MUST_CHECK fc_status fc_sql_prepare(sqlite3 *db, const char *sql, fc_statement **out,
                                       fc_error *err);

/** Bind the value of parameter 1, 2, 3... Texts are borrowed until the statement is stepped. */
void fc_sql_bind_text(fc_statement *statement, int index, const char *text);
void fc_sql_bind_integer(fc_statement *statement, int index, int64_t value);
void fc_sql_bind_bytes(fc_statement *statement, int index, fc_bytes bytes);

/** The next row; `row` says whether there is one. */
FC_MUST_CHECK fc_status fc_sql_step(fc_statement *statement, bool *row, fc_error *err);

/** Step a statement that gives no rows. */
FC_MUST_CHECK fc_status fc_sql_finish(fc_statement *statement, fc_error *err);

/** Reset a statement that was stepped; its parameters stay. */
void fc_sql_reset(fc_statement *statement);

/** Copy a text column; longer ones are cut. */
void fc_sql_column_text(fc_statement *statement, int index, char *text, size_t size);

/** A number of the row. */
int64_t fc_sql_column_integer(fc_statement *statement, int index);

/** A text of the row, valid until the next step; "" for NULL. */
const char *fc_sql_column_borrowed(fc_statement *statement, int index);
