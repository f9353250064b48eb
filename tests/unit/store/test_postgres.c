#include "store/postgres.h"

#include <stdio.h>
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

static void addresses_that_are_none_are_refused_without_being_repeated(void **state)
{
    (void)state;
    static const char *const BAD[] = { "", "host=here password=secret", "mysql://a:secret@b/c",
                                       "postgresql://a:secret@[b/c",
                                       "postgresql://a:secret@b/c?nonsense=1" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_error err = { 0 };
        fc_pg *pg = NULL;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_pg_connect(BAD[i], &pg, &err), err);
        assert_null(strstr(err.text, "secret"));
        assert_null(pg);
    }
}

static void a_server_that_is_not_there_may_come_and_one_that_refuses_does_not(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg *pg = NULL;
    ASSERT_FAILS(FC_BUSY, fc_pg_connect("postgresql:///postgres?host=/nowhere", &pg, &err), err);
    assert_null(strstr(err.text, "nowhere"));
    char other[128];
    (void)snprintf(other, sizeof other, "%s&dbname=none", fc_postgres_server_address());
    ASSERT_FAILS(FC_IO, fc_pg_connect(other, &pg, &err), err);
    assert_null(pg);
    assert_false(fc_pg_lives(NULL));
}

static void values_come_back_as_they_went(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_pg) pg = connect();
    static const uint8_t BYTES[] = { 0, 255, 'a', '\\', '\'' };
    fc_pg_query query;
    FC_AUTO(fc_pg_rows) rows = NULL;
    fc_pg_start(&query, "SELECT $1::text, $2::bigint, $3::bytea, $4::bytea, -1::smallint, -2::int,"
                        " true, false, $5::bigint");
    fc_pg_add_text(&query, "na\xc3\xafve");
    fc_pg_add_number(&query, INT64_MIN);
    fc_pg_add_bytes(&query, (fc_bytes){ BYTES, sizeof BYTES });
    fc_pg_add_bytes(&query, (fc_bytes){ 0 });
    fc_pg_add_number(&query, INT64_MAX);
    ASSERT_OK(fc_pg_ask(pg, &query, &rows, &err), err);
    assert_int_equal(fc_pg_count(rows), 1);
    char text[8];
    fc_pg_text(rows, 0, 0, text, sizeof text);
    assert_string_equal(text, "na\xc3\xafve");
    fc_pg_text(rows, 0, 0, text, 3);
    assert_string_equal(text, "na"); /* cut */
    assert_true(fc_pg_number(rows, 0, 1) == INT64_MIN);
    assert_int_equal(fc_pg_bytes(rows, 0, 2).size, sizeof BYTES);
    assert_memory_equal(fc_pg_bytes(rows, 0, 2).data, BYTES, sizeof BYTES);
    assert_int_equal(fc_pg_bytes(rows, 0, 3).size, 0);
    assert_int_equal(fc_pg_number(rows, 0, 4), -1);
    assert_int_equal(fc_pg_number(rows, 0, 5), -2);
    assert_int_equal(fc_pg_number(rows, 0, 6), 1);
    assert_int_equal(fc_pg_number(rows, 0, 7), 0);
    assert_true(fc_pg_number(rows, 0, 8) == INT64_MAX);
}

static void a_statement_that_fails_leaves_the_connection_usable(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_pg) pg = connect();
    ASSERT_FAILS(FC_IO, fc_pg_run(pg, "SELECT nonsense", &err), err);
    ASSERT_FAILS(FC_IO, fc_pg_run(pg, "SELECT 1; SELECT 1/0; SELECT 2", &err), err);
    ASSERT_FAILS(
        FC_BUSY,
        fc_pg_run(pg, "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", &err),
        err);
    ASSERT_FAILS(
        FC_STORAGE_FULL,
        fc_pg_run(pg, "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$", &err),
        err);
    ASSERT_OK(fc_pg_run(pg, "SELECT 1", &err), err);
    assert_true(fc_pg_lives(pg));
}

static void what_is_taken_back_is_not_there(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_pg) pg = connect();
    ASSERT_OK(fc_pg_begin(pg, &err), err);
    ASSERT_OK(fc_pg_run(pg,
                        "CREATE SCHEMA facecraft; CREATE TABLE a (b int UNIQUE);"
                        "INSERT INTO a VALUES (1)",
                        &err),
              err);
    const fc_status status = fc_pg_run(pg, "INSERT INTO a VALUES (1)", &err);
    assert_int_equal(fc_pg_end(pg, status, &err), FC_IO);
    assert_true(fc_pg_violates(pg, "a_b_key"));
    assert_false(fc_pg_violates(pg, "a_pkey"));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM pg_namespace"
                                            " WHERE nspname = 'facecraft'"),
                     0);
    assert_false(fc_pg_violates(NULL, "a_b_key"));
}

static void a_connection_that_was_lost_says_so(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_pg) pg = connect();
    FC_AUTO(fc_pg) other = connect();
    fc_postgres_server_kill();
    ASSERT_FAILS(FC_BUSY, fc_pg_run(pg, "SELECT 1", &err), err);
    assert_false(fc_pg_lives(pg));
    ASSERT_FAILS(FC_BUSY, fc_pg_run(pg, "SELECT 1", &err), err);
    fc_pg_query query;
    fc_pg_start(&query, "SELECT 1");
    ASSERT_FAILS(FC_BUSY, fc_pg_ask(other, &query, NULL, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_pg_ask(other, &query, NULL, &err), err);
    fc_pg *again = NULL;
    ASSERT_FAILS(FC_BUSY, fc_pg_connect(fc_postgres_server_address(), &again, &err), err);
    fc_postgres_server_resume();
}

static void a_wait_ends_with_what_another_connection_tells(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool told = true;
    FC_AUTO(fc_pg) first = connect();
    FC_AUTO(fc_pg) second = connect();
    ASSERT_OK(fc_pg_run(first, "LISTEN here", &err), err);
    assert_true(fc_pg_idles(first));
    ASSERT_OK(fc_pg_run(first, "NOTIFY here", &err), err);
    ASSERT_OK(fc_pg_await(first, -1, 1, &told, &err), err);
    assert_false(told); /* by itself */
    ASSERT_OK(fc_pg_run(second, "NOTIFY elsewhere; NOTIFY here", &err), err);
    while (!told) {
        ASSERT_OK(fc_pg_await(first, -1, 1000, &told, &err), err);
    }
    fc_postgres_server_kill();
    fc_status status = FC_OK;
    while (status == FC_OK) { /* it may say why first */
        status = fc_pg_await(first, -1, 1000, &told, &err);
    }
    assert_int_equal(status, FC_BUSY);
    ASSERT_FAILS(FC_BUSY, fc_pg_await(first, -1, 1000, &told, &err), err);
    while (fc_pg_idles(second)) {
    }
    assert_false(fc_pg_idles(first));
    fc_postgres_server_resume();
}

static void asking_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg *pg = NULL;
    fc_pg_rows *rows = NULL;
    fc_pg_query query;
    fc_pg_start(&query, "SELECT 1");
    SWEEP_ALLOCATIONS(fc_pg_connect(fc_postgres_server_address(), &pg, &err), pg == NULL);
    SWEEP_ALLOCATIONS(fc_pg_ask(pg, &query, &rows, &err), rows == NULL);
    fc_pg_rows_free(rows);
    fc_pg_close(pg);
}

static void the_library_says_its_version(void **state)
{
    (void)state;
    assert_true(fc_pg_library() >= 150000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_are_none_are_refused_without_being_repeated),
        cmocka_unit_test(a_server_that_is_not_there_may_come_and_one_that_refuses_does_not),
        cmocka_unit_test(values_come_back_as_they_went),
        cmocka_unit_test(a_statement_that_fails_leaves_the_connection_usable),
        cmocka_unit_test(what_is_taken_back_is_not_there),
        cmocka_unit_test(a_connection_that_was_lost_says_so),
        cmocka_unit_test(a_wait_ends_with_what_another_connection_tells),
        cmocka_unit_test(asking_survives_every_allocation_failure),
        cmocka_unit_test(the_library_says_its_version),
    };
    return cmocka_run_group_tests_name("store/postgres", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
