#include "store/sql.h"

#include <string.h>

#include "support/fc_test.h"

static sqlite3 *db;

static int start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        return -1;
    }
    ASSERT_OK(
        fc_sql_run(db, "CREATE TABLE things (name TEXT NOT NULL, size INTEGER, data BLOB)", &err),
        err);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return sqlite3_close(db) == SQLITE_OK ? 0 : -1; /* not while a statement is left */
}

static void what_is_bound_is_read_back(void **state)
{
    (void)state;
    static const uint8_t DATA[] = { 0, 1, 2 };
    fc_error err = { 0 };
    FC_AUTO(fc_statement) insert = NULL;
    FC_AUTO(fc_statement) rows = NULL;
    bool row = false;
    char text[8];
    ASSERT_OK(fc_sql_prepare(db, "INSERT INTO things VALUES (?, ?, ?)", &insert, &err), err);
    fc_sql_bind_text(insert, 1, "a name");
    fc_sql_bind_integer(insert, 2, INT64_MIN);
    fc_sql_bind_bytes(insert, 3, (fc_bytes){ DATA, sizeof DATA });
    ASSERT_OK(fc_sql_finish(insert, &err), err);
    ASSERT_OK(fc_sql_prepare(db, "SELECT name, size, data FROM things", &rows, &err), err);
    ASSERT_OK(fc_sql_step(rows, &row, &err), err);
    assert_true(row);
    fc_sql_column_text(rows, 0, text, sizeof text);
    assert_string_equal(text, "a name");
    assert_true(sqlite3_column_int64(rows, 1) == INT64_MIN);
    assert_int_equal(sqlite3_column_bytes(rows, 2), sizeof DATA);
    assert_memory_equal(sqlite3_column_blob(rows, 2), DATA, sizeof DATA);
    ASSERT_OK(fc_sql_step(rows, &row, &err), err);
    assert_false(row);
}

static void empty_bytes_are_bytes_and_not_null(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statement) rows = NULL;
    bool row = false;
    ASSERT_OK(fc_sql_prepare(db, "SELECT typeof(?)", &rows, &err), err);
    fc_sql_bind_bytes(rows, 1, (fc_bytes){ NULL, 0 });
    ASSERT_OK(fc_sql_step(rows, &row, &err), err);
    assert_string_equal((const char *)sqlite3_column_text(rows, 0), "blob");
}

static void texts_are_cut_at_their_room_and_null_is_an_empty_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statement) rows = NULL;
    bool row = false;
    char text[5] = "old";
    ASSERT_OK(fc_sql_prepare(db, "SELECT 'abcdefgh', NULL, ''", &rows, &err), err);
    ASSERT_OK(fc_sql_step(rows, &row, &err), err);
    fc_sql_column_text(rows, 0, text, sizeof text);
    assert_string_equal(text, "abcd");
    fc_sql_column_text(rows, 1, text, sizeof text);
    assert_string_equal(text, "");
    fc_sql_column_text(rows, 2, text, sizeof text);
    assert_string_equal(text, "");
}

static void what_is_no_sql_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_statement *none = NULL;
    ASSERT_FAILS(FC_IO, fc_sql_run(db, "SELEKT", &err), err);
    assert_non_null(strstr(err.text, "SELEKT"));
    ASSERT_FAILS(FC_IO, fc_sql_prepare(db, "SELECT * FROM nothing", &none, &err), err);
    assert_null(none);
    fc_statement_free(NULL);
}

static void a_value_that_a_column_does_not_take_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_statement) insert = NULL;
    FC_AUTO(fc_statement) again = NULL;
    bool row = true;
    ASSERT_OK(fc_sql_prepare(db, "INSERT INTO things VALUES (?, 1, x'')", &insert, &err), err);
    ASSERT_FAILS(FC_IO, fc_sql_finish(insert, &err), err);
    ASSERT_OK(fc_sql_prepare(db, "INSERT INTO things VALUES (?, 1, x'')", &again, &err), err);
    ASSERT_FAILS(FC_IO, fc_sql_step(again, &row, &err), err);
    assert_true(row); /* untouched */
}

static void answer_with_code(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_error_code(context, sqlite3_value_int(values[0]));
}

/* The codes are SQLite's own: what each of them becomes is what its user sees. */
static void each_way_to_fail_has_a_status(void **state)
{
    (void)state;
    static const struct {
        int code;
        fc_status status;
    } CASES[] = { { SQLITE_BUSY, FC_BUSY },           { SQLITE_BUSY_SNAPSHOT, FC_BUSY },
                  { SQLITE_LOCKED, FC_BUSY },         { SQLITE_PROTOCOL, FC_BUSY },
                  { SQLITE_IOERR_LOCK, FC_BUSY },     { SQLITE_IOERR_UNLOCK, FC_BUSY },
                  { SQLITE_IOERR_SHMLOCK, FC_BUSY },  { SQLITE_FULL, FC_STORAGE_FULL },
                  { SQLITE_NOMEM, FC_OUT_OF_MEMORY }, { SQLITE_IOERR_NOMEM, FC_OUT_OF_MEMORY },
                  { SQLITE_CORRUPT, FC_IO },          { SQLITE_NOTADB, FC_IO },
                  { SQLITE_IOERR_WRITE, FC_IO },      { SQLITE_READONLY, FC_IO } };
    fc_error err = { 0 };
    (void)sqlite3_extended_result_codes(db, 1);
    assert_int_equal(sqlite3_create_function(db, "fail_with", 1, SQLITE_UTF8, NULL,
                                             answer_with_code, NULL, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        FC_AUTO(fc_statement) rows = NULL;
        bool row = false;
        ASSERT_OK(fc_sql_prepare(db, "SELECT fail_with(?)", &rows, &err), err);
        fc_sql_bind_integer(rows, 1, CASES[i].code);
        ASSERT_FAILS(CASES[i].status, fc_sql_step(rows, &row, &err), err);
        ASSERT_FAILS(CASES[i].status, fc_sql_fail(db, &err), err);
    }
}

#define SQL_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SQL_TEST(what_is_bound_is_read_back),
        SQL_TEST(empty_bytes_are_bytes_and_not_null),
        SQL_TEST(texts_are_cut_at_their_room_and_null_is_an_empty_one),
        SQL_TEST(what_is_no_sql_is_refused),
        SQL_TEST(a_value_that_a_column_does_not_take_is_refused),
        SQL_TEST(each_way_to_fail_has_a_status),
    };
    return cmocka_run_group_tests_name("store/sql", tests, NULL, NULL);
}
