#include "store/postgres.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "store/libpq.h"

/* How much longer than the server's own limit is waited for its answer. */
#define GRACE_MS 2000

/* Statements that are prepared; more are sent as they are. */
#define PREPARED_MAX 64

struct fc_pg {
    const fc_libpq *lib;
    PGconn *link; /* NULL after it was lost */
    char violated[64];
    const char *prepared[PREPARED_MAX]; /* "s0", "s1"... at the server */
    int prepared_count;
};

struct fc_pg_rows {
    const fc_libpq *lib;
    PGresult *result;
};

int fc_pg_library(void)
{
    const fc_libpq *lib = NULL;
    return fc_libpq_load(&lib, NULL) == FC_OK ? lib->PQlibVersion() : 0;
}

/* ---- connections ----------------------------------------------------------------------------- */

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* The first line of what the library says, for the log: it may name hosts, and no passwords. */
static void tell(const char *event, const char *text)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
    FC_LOG(FC_LOG_WARNING, event, FC_LOG_TEXT("error", line));
}

static fc_status check_address(const fc_libpq *lib, const char *address, fc_error *err)
{
    static const char *const BEGINNINGS[] = { "postgresql://", "postgres://" };
    bool known = false;
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof BEGINNINGS[0]; i++) {
        known = known || strncmp(address, BEGINNINGS[i], strlen(BEGINNINGS[i])) == 0;
    }
    char *why = NULL;
    PQconninfoOption *options = known ? lib->PQconninfoParse(address, &why) : NULL;
    lib->PQconninfoFree(options);
    lib->PQfreemem(why); /* it repeats the address, which may hold a password */
    return options != NULL ? FC_OK
                           : fc_fail(err, FC_INVALID_ARGUMENT,
                                     "the address of the database is not of the form "
                                     "postgresql://user@host:port/database");
}

/* Refused for good, or not reached at this moment. */
static fc_status refused(const fc_pg *pg, fc_error *err)
{
    static const char *const FOR_GOOD[] = { "password", "does not exist", "pg_hba.conf",
                                            "authentication", "certificate" };
    const char *text = pg->lib->PQerrorMessage(pg->link);
    tell("database not reached", text);
    for (size_t i = 0; i < sizeof FOR_GOOD / sizeof FOR_GOOD[0]; i++) {
        if (strstr(text, FOR_GOOD[i]) != NULL) {
            return fc_fail(err, FC_IO, "the database of the jobs refuses the connection");
        }
    }
    return fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
}

/* What the address says itself counts more: it comes last. */
static PGconn *open_link(const fc_libpq *lib, const char *address)
{
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
    static const char *const NAMES[] = { "connect_timeout",
                                         "application_name",
                                         "keepalives_idle",
                                         "tcp_user_timeout",
                                         "client_encoding",
                                         "dbname",
                                         NULL };
    const char *const values[] = {
        TEXT(FC_PG_CONNECT_S), "facecraft", "15", "15000", "UTF8", address, NULL
    };
    return lib->PQconnectdbParams(NAMES, values, 1);
#undef TEXT
#undef TEXT_OF
}

/* Every statement of a job has its index. Plans are made once for each connection, perhaps while
 * the tables are empty, and are used when they are not: those that look at a whole table are ruled
 * out, where there is another. */
static const char SESSION[] =
    "SET statement_timeout = 10000; SET lock_timeout = 5000;" /* FC_PG_STATEMENT_MS */
    "SET idle_in_transaction_session_timeout = 30000; SET search_path = facecraft;"
    "SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off;"
    "SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

_Static_assert(FC_PG_STATEMENT_MS == 10000, "SESSION says the same");

fc_status fc_pg_connect(const char *address, fc_pg **out, fc_error *err)
{
    FC_ASSERT(address != NULL);
    FC_ASSERT(out != NULL);
    const fc_libpq *lib = NULL;
    FC_AUTO(fc_pg) pg = NULL;
    FC_TRY(fc_libpq_load(&lib, err));
    FC_TRY(check_address(lib, address, err));
    FC_TRY(fc_memory_new_zeroed(1, sizeof *pg, (void **)&pg, err));
    pg->lib = lib;
    pg->link = open_link(lib, address);
    if (pg->link == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for a connection to the database");
    }
    if (lib->PQstatus(pg->link) != CONNECTION_OK) {
        return refused(pg, err);
    }
    (void)lib->PQsetNoticeReceiver(pg->link, ignore_notice, NULL);
    if (lib->PQsetnonblocking(pg->link, 1) != 0) {
        return refused(pg, err);
    }
    FC_TRY(fc_pg_run(pg, SESSION, err));
    *out = FC_STEAL(pg);
    return FC_OK;
}

static void drop_link(fc_pg *pg)
{
    if (pg->link != NULL) {
        pg->lib->PQfinish(pg->link);
        pg->link = NULL;
    }
}

void fc_pg_close(fc_pg *pg)
{
    if (pg != NULL) {
        drop_link(pg);
        fc_memory_free(pg);
    }
}

bool fc_pg_lives(const fc_pg *pg)
{
    return pg != NULL && pg->link != NULL;
}

/* The server says nothing on its own but good-bye. */
bool fc_pg_idles(const fc_pg *pg)
{
    if (!fc_pg_lives(pg)) {
        return false;
    }
    struct pollfd said = { .fd = pg->lib->PQsocket(pg->link), .events = POLLIN };
    return poll(&said, 1, 0) == 0;
}

/* ---- statements ------------------------------------------------------------------------------ */

void fc_pg_start(fc_pg_query *query, const char *sql)
{
    query->sql = sql;
    query->count = 0;
}

static void add(fc_pg_query *query, const char *value, size_t length, int format)
{
    FC_ASSERT(query->count < FC_PG_VALUES_MAX);
    query->values[query->count] = value;
    query->lengths[query->count] = (int)length;
    query->formats[query->count] = format;
    query->count++;
}

void fc_pg_add_text(fc_pg_query *query, const char *text)
{
    FC_ASSERT(text != NULL);
    add(query, text, strlen(text), 0);
}

void fc_pg_add_number(fc_pg_query *query, int64_t number)
{
    FC_ASSERT(query->count < FC_PG_VALUES_MAX);
    char *text = query->numbers[query->count];
    (void)snprintf(text, sizeof query->numbers[0], "%" PRId64, number);
    add(query, text, strlen(text), 0);
}

void fc_pg_add_bytes(fc_pg_query *query, fc_bytes bytes)
{
    add(query, bytes.size > 0 ? (const char *)bytes.data : "", bytes.size, 1);
}

static fc_status lost(fc_pg *pg, fc_error *err)
{
    tell("connection to the database lost", pg->lib->PQerrorMessage(pg->link));
    drop_link(pg);
    return fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
}

static fc_status overdue(fc_pg *pg, fc_error *err)
{
    drop_link(pg);
    return fc_fail(err, FC_BUSY, "the database of the jobs does not answer");
}

/* Wait until the socket can be read, or (`write`) also written to. */
static fc_status wait_for(fc_pg *pg, bool write, int64_t until_us, fc_error *err)
{
    const int64_t left_us = until_us - fc_clock_us();
    struct pollfd ready = { .fd = pg->lib->PQsocket(pg->link),
                            .events = (short)(write ? POLLIN | POLLOUT : POLLIN) };
    const int count = left_us > 0 ? poll(&ready, 1, (int)(left_us / 1000) + 1) : 0;
    if (count == 0) {
        return overdue(pg, err);
    }
    return count > 0 || errno == EINTR ? FC_OK : lost(pg, err);
}

static fc_status send_all(fc_pg *pg, int64_t until_us, fc_error *err)
{
    for (;;) {
        const int left = pg->lib->PQflush(pg->link);
        if (left <= 0) {
            return left == 0 ? FC_OK : lost(pg, err);
        }
        FC_TRY(wait_for(pg, true, until_us, err));
        if (pg->lib->PQconsumeInput(pg->link) == 0) {
            return lost(pg, err);
        }
    }
}

/* The next result of the statement; NULL when there is none any more. */
static fc_status next_result(fc_pg *pg, int64_t until_us, PGresult **out, fc_error *err)
{
    while (pg->lib->PQisBusy(pg->link) != 0) {
        FC_TRY(wait_for(pg, false, until_us, err));
        if (pg->lib->PQconsumeInput(pg->link) == 0) {
            return lost(pg, err);
        }
    }
    *out = pg->lib->PQgetResult(pg->link);
    return FC_OK;
}

/* What the server says, by its codes (appendix A of its manual). */
static fc_status status_of(const char *code)
{
    static const struct {
        const char *beginning;
        fc_status status;
    } CLASSES[] = {
        { "53100", FC_STORAGE_FULL }, /* disk full */
        { "53", FC_BUSY },            /* memory, connections */
        { "08", FC_BUSY },            /* connection lost */
        { "57", FC_BUSY },            /* being stopped, starting, took too long */
        { "55P03", FC_BUSY },         /* a lock is not to be had */
        { "40", FC_BUSY },            /* deadlock, serialization */
        { "25P03", FC_BUSY },         /* idle in a transaction for too long */
        { "25006", FC_BUSY },         /* read-only: a replica, in the middle of a failover */
    };
    for (size_t i = 0; i < sizeof CLASSES / sizeof CLASSES[0]; i++) {
        if (strncmp(code, CLASSES[i].beginning, strlen(CLASSES[i].beginning)) == 0) {
            return CLASSES[i].status;
        }
    }
    return FC_IO;
}

static fc_status wrong(fc_pg *pg, const PGresult *result, fc_error *err)
{
    const char *code = pg->lib->PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = pg->lib->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *index = pg->lib->PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const fc_status status = status_of(code != NULL ? code : "");
    (void)snprintf(pg->violated, sizeof pg->violated, "%s", index != NULL ? index : "");
    if (status == FC_IO) {
        return fc_fail(err, FC_IO, "the database of the jobs: %s",
                       text != NULL ? text : "no answer that can be read");
    }
    tell("database refuses", text != NULL ? text : "");
    return fc_fail(err, status,
                   status == FC_STORAGE_FULL ? "the disk of the database of the jobs is full"
                                             : "the database of the jobs is busy");
}

static bool is_good(ExecStatusType status)
{
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Reads all results of a statement and keeps the last one. After an error, too: only then is the
 * connection free for the next one. */
static fc_status collect(fc_pg *pg, int64_t until_us, PGresult **last, fc_error *err)
{
    PGresult *result = NULL;
    fc_status status = FC_OK;
    fc_status read = next_result(pg, until_us, &result, err);
    while (read == FC_OK && result != NULL) {
        if (status == FC_OK && !is_good(pg->lib->PQresultStatus(result))) {
            status = wrong(pg, result, err);
        }
        pg->lib->PQclear(*last);
        *last = result;
        read = next_result(pg, until_us, &result, err);
    }
    if (read == FC_OK && status != FC_OK && pg->lib->PQstatus(pg->link) != CONNECTION_OK) {
        drop_link(pg); /* the server has said good-bye */
    }
    return read != FC_OK ? read : status;
}

static fc_status converse(fc_pg *pg, bool sent, PGresult **last, fc_error *err)
{
    const int64_t until_us = fc_clock_us() + INT64_C(1000) * (FC_PG_STATEMENT_MS + GRACE_MS);
    pg->violated[0] = '\0';
    if (!sent) {
        return lost(pg, err);
    }
    FC_TRY(send_all(pg, until_us, err));
    return collect(pg, until_us, last, err);
}

/* Its number, or -1 where it has none. */
static int find_prepared(const fc_pg *pg, const char *sql)
{
    for (int i = 0; i < pg->prepared_count; i++) {
        if (pg->prepared[i] == sql) {
            return i;
        }
    }
    return -1;
}

static void name_statement(int number, char name[16])
{
    (void)snprintf(name, 16, "s%d", number);
}

static fc_status prepare(fc_pg *pg, const char *sql, fc_error *err)
{
    char name[16];
    if (find_prepared(pg, sql) >= 0 || pg->prepared_count == PREPARED_MAX) {
        return FC_OK;
    }
    PGresult *last = NULL;
    name_statement(pg->prepared_count, name);
    const bool sent = pg->lib->PQsendPrepare(pg->link, name, sql, 0, NULL) == 1;
    const fc_status status = converse(pg, sent, &last, err);
    pg->lib->PQclear(last);
    if (status == FC_OK) {
        pg->prepared[pg->prepared_count++] = sql;
    }
    return status;
}

static bool send_query(fc_pg *pg, const fc_pg_query *query)
{
    char name[16];
    const int number = find_prepared(pg, query->sql);
    if (number < 0) {
        return pg->lib->PQsendQueryParams(pg->link, query->sql, query->count, NULL, query->values,
                                          query->lengths, query->formats, 1) == 1;
    }
    name_statement(number, name);
    return pg->lib->PQsendQueryPrepared(pg->link, name, query->count, query->values, query->lengths,
                                        query->formats, 1) == 1;
}

fc_status fc_pg_ask(fc_pg *pg, const fc_pg_query *query, fc_pg_rows **rows, fc_error *err)
{
    FC_ASSERT(query != NULL);
    if (!fc_pg_lives(pg)) {
        return fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
    }
    fc_pg_rows *made = NULL;
    FC_TRY(prepare(pg, query->sql, err));
    FC_TRY(fc_memory_new_zeroed(1, sizeof *made, (void **)&made, err));
    made->lib = pg->lib;
    const fc_status status = converse(pg, send_query(pg, query), &made->result, err);
    if (status != FC_OK || rows == NULL) {
        fc_pg_rows_free(made);
    } else {
        *rows = made;
    }
    return status;
}

fc_status fc_pg_run(fc_pg *pg, const char *sql, fc_error *err)
{
    if (!fc_pg_lives(pg)) {
        return fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
    }
    PGresult *last = NULL;
    const bool sent = pg->lib->PQsendQuery(pg->link, sql) == 1;
    const fc_status status = converse(pg, sent, &last, err);
    pg->lib->PQclear(last);
    return status;
}

/* What this connection has told itself is no news. */
static bool read_told(fc_pg *pg)
{
    bool told = false;
    for (PGnotify *note = pg->lib->PQnotifies(pg->link); note != NULL;
         note = pg->lib->PQnotifies(pg->link)) {
        told = told || note->be_pid != pg->lib->PQbackendPID(pg->link);
        pg->lib->PQfreemem(note);
    }
    return told;
}

fc_status fc_pg_await(fc_pg *pg, int descriptor, int wait_ms, bool *told, fc_error *err)
{
    if (!fc_pg_lives(pg)) {
        return fc_fail(err, FC_BUSY, "the database of the jobs cannot be reached");
    }
    *told = read_told(pg); /* what came with the answer to a statement */
    if (*told) {
        return FC_OK;
    }
    struct pollfd ready[2] = { { .fd = pg->lib->PQsocket(pg->link), .events = POLLIN },
                               { .fd = descriptor, .events = POLLIN } };
    (void)poll(ready, 2, wait_ms);
    if (ready[0].revents != 0 && pg->lib->PQconsumeInput(pg->link) == 0) {
        return lost(pg, err);
    }
    *told = read_told(pg);
    return FC_OK;
}

fc_status fc_pg_begin(fc_pg *pg, fc_error *err)
{
    return fc_pg_run(pg, "BEGIN", err);
}

fc_status fc_pg_end(fc_pg *pg, fc_status status, fc_error *err)
{
    if (status == FC_OK) {
        return fc_pg_run(pg, "COMMIT", err);
    }
    char violated[sizeof pg->violated];
    memcpy(violated, pg->violated, sizeof violated);
    if (fc_pg_lives(pg) && fc_pg_run(pg, "ROLLBACK", NULL) != FC_OK) {
        drop_link(pg); /* nobody else may go on in this transaction */
    }
    memcpy(pg->violated, violated, sizeof violated);
    return status;
}

bool fc_pg_violates(const fc_pg *pg, const char *index)
{
    return pg != NULL && strcmp(pg->violated, index) == 0;
}

/* ---- rows ------------------------------------------------------------------------------------ */

void fc_pg_rows_free(fc_pg_rows *rows)
{
    if (rows != NULL) {
        rows->lib->PQclear(rows->result);
        fc_memory_free(rows);
    }
}

size_t fc_pg_count(const fc_pg_rows *rows)
{
    return (size_t)rows->lib->PQntuples(rows->result);
}

int64_t fc_pg_changed(const fc_pg_rows *rows)
{
    int64_t count = 0;
    return fc_parse_integer(rows->lib->PQcmdTuples(rows->result), &count) ? count : 0;
}

fc_bytes fc_pg_bytes(const fc_pg_rows *rows, size_t row, int column)
{
    FC_ASSERT(row < fc_pg_count(rows));
    return (fc_bytes){
        (const uint8_t *)rows->lib->PQgetvalue(rows->result, (int)row, column),
        (size_t)rows->lib->PQgetlength(rows->result, (int)row, column),
    };
}

/* Whole numbers come in 1, 2, 4 or 8 bytes, the highest first. */
int64_t fc_pg_number(const fc_pg_rows *rows, size_t row, int column)
{
    const fc_bytes bytes = fc_pg_bytes(rows, row, column);
    uint64_t value = bytes.size > 0 && bytes.size < 8 && bytes.data[0] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes.size && i < 8; i++) {
        value = value << 8 | bytes.data[i];
    }
    return (int64_t)value;
}

void fc_pg_text(const fc_pg_rows *rows, size_t row, int column, char *text, size_t size)
{
    const fc_bytes bytes = fc_pg_bytes(rows, row, column);
    (void)snprintf(text, size, "%.*s", (int)bytes.size, (const char *)bytes.data);
}
