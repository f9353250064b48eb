/**
 * PostgreSQL: a connection, and the few calls of libpq that are needed, with our statuses. Each
 * call has a time limit; a connection that was lost says so and is of no more use. One thread at a
 * time for each connection.
 *
 * Errors of all that asks the server: FC_BUSY (it cannot be reached, does not answer in time, is
 * being stopped, or somebody else holds a lock), FC_STORAGE_FULL, FC_OUT_OF_MEMORY, else FC_IO.
 * Their texts name neither host nor address, as clients may see them; the log has what the server
 * says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** How long a connection, a statement and a lock are waited for. */
#define FC_PG_CONNECT_S 5
#define FC_PG_STATEMENT_MS 10000

/** Version of libpq such as 150018, or 0 where there is none. */
int fc_pg_library(void);

typedef struct fc_pg fc_pg;

/**
 * Connect.
 *
 * address   postgresql://user:password@host:port/database?options, as libpq takes it
 *
 * Errors: FC_INVALID_ARGUMENT (no such address), FC_IO (no library; refused: password, database),
 * FC_BUSY (not reached), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_pg_connect(const char *address, fc_pg **out, fc_error *err);
void fc_pg_close(fc_pg *pg);
FC_DEFINE_CLEANUP(fc_pg, fc_pg_close)

/** False after the connection was lost. */
bool fc_pg_lives(const fc_pg *pg);

/** False also where the server has closed a connection that nobody used. */
bool fc_pg_idles(const fc_pg *pg);

/** Most parameters of a statement. */
#define FC_PG_VALUES_MAX 24

/** A statement and the values of its $1, $2, $3... Borrows what is added, until it was run. */
typedef struct fc_pg_query {
    const char *sql;
    int count;
    const char *values[FC_PG_VALUES_MAX];
    int lengths[FC_PG_VALUES_MAX];
    int formats[FC_PG_VALUES_MAX]; /* 0 text, 1 binary */
    char numbers[FC_PG_VALUES_MAX][24];
} fc_pg_query;

/** `sql` stays where and as it is for as long as there are connections: it is parsed and planned
 * once for each of them, and known by its address. */
void fc_pg_start(fc_pg_query *query, const char *sql);
/** Of a column of text: valid UTF-8. */
void fc_pg_add_text(fc_pg_query *query, const char *text);
void fc_pg_add_number(fc_pg_query *query, int64_t number);
/** Of a column of bytea, or a value as the server has it in memory. */
void fc_pg_add_bytes(fc_pg_query *query, fc_bytes bytes);

/** What came of a statement: FC_AUTO(fc_pg_rows) rows = NULL; */
typedef struct fc_pg_rows fc_pg_rows;
void fc_pg_rows_free(fc_pg_rows *rows);
FC_DEFINE_CLEANUP(fc_pg_rows, fc_pg_rows_free)

/** Run a statement. `rows` may be NULL. */
FC_MUST_CHECK fc_status fc_pg_ask(fc_pg *pg, const fc_pg_query *query, fc_pg_rows **rows,
                                  fc_error *err);

/** Run statements without values whose rows are of no interest. */
FC_MUST_CHECK fc_status fc_pg_run(fc_pg *pg, const char *sql, fc_error *err);

/** Wait for what another connection tells by NOTIFY, after a LISTEN on this one: until then, until
 *  `descriptor` can be read, or `wait_ms` are over. `told`: there was something. */
FC_MUST_CHECK fc_status fc_pg_await(fc_pg *pg, int descriptor, int wait_ms, bool *told,
                                    fc_error *err);

/** Begin what is done all or not at all, and end it: commits after FC_OK, else takes it back and
 *  returns `status`. After FC_BUSY of a commit nobody knows, unless the connection lives: then
 *  nothing was done. */
FC_MUST_CHECK fc_status fc_pg_begin(fc_pg *pg, fc_error *err);
FC_MUST_CHECK fc_status fc_pg_end(fc_pg *pg, fc_status status, fc_error *err);

/** Whether the last failure was that a row of this unique index is there already. */
bool fc_pg_violates(const fc_pg *pg, const char *index);

size_t fc_pg_count(const fc_pg_rows *rows);
/** Rows that a statement changed, or gave. */
int64_t fc_pg_changed(const fc_pg_rows *rows);
/** A whole number or a truth value. */
int64_t fc_pg_number(const fc_pg_rows *rows, size_t row, int column);
/** Borrowed. */
fc_bytes fc_pg_bytes(const fc_pg_rows *rows, size_t row, int column);
/** Copied; longer ones are cut. */
void fc_pg_text(const fc_pg_rows *rows, size_t row, int column, char *text, size_t size);
