#include "store/postgres_columns.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static fc_pg *connect(void)
{
    fc_error err = { 0 };
    fc_pg *pg = NULL;
    ASSERT_OK(fc_pg_connect(fc_postgres_server_address(), &pg, &err), err);
    return pg;
}

static void put_rows(fc_pg_columns *columns)
{
    static const uint8_t BYTES[] = { 0, 255, '{', '"', '\\' };
    fc_pg_columns_start(columns, "tnb");
    fc_pg_columns_text(columns, "na\xc3\xafve, \"{}\" NULL");
    fc_pg_columns_number(columns, INT64_MIN);
    fc_pg_columns_bytes(columns, (fc_bytes){ BYTES, sizeof BYTES });
    fc_pg_columns_text(columns, "");
    fc_pg_columns_number(columns, 7);
    fc_pg_columns_bytes(columns, (fc_bytes){ 0 });
}

static const char UNNEST[] = "SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[])";

/* Through the server and back. */
static fc_pg_rows *take_rows(fc_pg_columns *columns)
{
    fc_error err = { 0 };
    fc_pg_query query;
    fc_pg_rows *rows = NULL;
    FC_AUTO(fc_pg) pg = connect();
    fc_pg_start(&query, UNNEST);
    ASSERT_OK(fc_pg_columns_give(columns, &query, &err), err);
    ASSERT_OK(fc_pg_ask(pg, &query, &rows, &err), err);
    fc_pg_columns_clear(columns);
    return rows;
}

static void rows_come_back_as_they_went(void **state)
{
    (void)state;
    fc_pg_columns columns;
    put_rows(&columns);
    FC_AUTO(fc_pg_rows) rows = take_rows(&columns);
    char text[32];
    assert_int_equal(fc_pg_count(rows), 2);
    fc_pg_text(rows, 0, 0, text, sizeof text);
    assert_string_equal(text, "na\xc3\xafve, \"{}\" NULL");
    assert_true(fc_pg_number(rows, 0, 1) == INT64_MIN);
    assert_int_equal(fc_pg_bytes(rows, 0, 2).size, 5);
    assert_int_equal(fc_pg_bytes(rows, 0, 2).data[1], 255);
    assert_int_equal(fc_pg_bytes(rows, 1, 0).size, 0);
    assert_int_equal(fc_pg_number(rows, 1, 1), 7);
    assert_int_equal(fc_pg_bytes(rows, 1, 2).size, 0);
}

static void no_rows_are_none(void **state)
{
    (void)state;
    fc_pg_columns columns;
    fc_pg_columns_start(&columns, "tnb");
    FC_AUTO(fc_pg_rows) rows = take_rows(&columns);
    assert_int_equal(fc_pg_count(rows), 0);
}

static void what_finds_no_memory_is_told_when_it_is_given(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg_query query;
    for (int64_t failing = 1; failing <= 3; failing++) {
        fc_pg_columns columns;
        fc_memory_fail_after(failing);
        put_rows(&columns);
        fc_memory_fail_after(0);
        fc_pg_start(&query, UNNEST);
        ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_pg_columns_give(&columns, &query, &err), err);
        assert_int_equal(query.count, 0);
        fc_pg_columns_clear(&columns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_they_went),
        cmocka_unit_test(no_rows_are_none),
        cmocka_unit_test(what_finds_no_memory_is_told_when_it_is_given),
    };
    return cmocka_run_group_tests_name("store/postgres_columns", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
