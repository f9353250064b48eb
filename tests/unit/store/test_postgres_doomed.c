/* Blobs from their announcement to their removal. */
#include <string.h>

#include "store/job_store.h"
#include "store/postgres_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

#define DOOMED "SELECT count(*) FROM facecraft.doomed"

static void blobs_of_a_process_that_died_are_removed_in_an_hour(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_stores_put(FC_STORES_A ".photo");
    fc_postgres_server_run("INSERT INTO facecraft.doomed VALUES ('" FC_STORES_A ".photo',"
                           " now() + interval '1 hour')");
    ASSERT_OK(fc_postgres_sweep(fc_postgres_of(store), &err), err);
    assert_true(fc_stores_has(FC_STORES_A ".photo"));
    fc_postgres_server_run("UPDATE facecraft.doomed SET due = now()");
    ASSERT_OK(fc_postgres_sweep(fc_postgres_of(store), &err), err);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
}

static void what_is_announced_is_on_the_list_and_what_is_removed_is_struck_off(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    const fc_announcement first = { .names = "{a.png,b.png}" };
    const fc_announcement second = { .names = "{c.png}" };
    ASSERT_OK(fc_postgres_announce(fc_postgres_of(store), &first, &err), err);
    assert_int_equal(fc_postgres_server_ask(DOOMED " WHERE due > now() + interval '59 minutes'"),
                     2);
    fc_stores_put("a.png");
    fc_postgres_dispose(fc_postgres_of(store), "{a.png}");
    assert_false(fc_stores_has("a.png"));
    assert_int_equal(fc_postgres_server_ask(DOOMED), 2); /* not yet */
    ASSERT_OK(fc_postgres_announce(fc_postgres_of(store), &second, &err), err);
    assert_int_equal(fc_postgres_server_ask(DOOMED " WHERE name IN ('b.png', 'c.png')"), 2);
    assert_int_equal(fc_postgres_server_ask(DOOMED), 2); /* by the way */
    fc_postgres_dispose(fc_postgres_of(store), "{b.png,c.png}");
    assert_true(fc_job_store_settle(store));
    assert_int_equal(fc_postgres_server_ask(DOOMED), 0);
}

static void nothing_is_announced_for_what_cannot_be(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    const fc_announcement unknown = { .names = "{a.png}", .ends = FC_STORES_A };
    ASSERT_FAILS(FC_NOT_FOUND, fc_postgres_announce(fc_postgres_of(store), &unknown, &err), err);
    fc_job_store_set_room(store, (fc_job_room){ 1, 10 });
    const fc_announcement large = { .names = "{a.png}", .more = { 1, 11 } };
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_postgres_announce(fc_postgres_of(store), &large, &err), err);
    fc_postgres_server_kill();
    const fc_announcement away = { .names = "{a.png}" };
    ASSERT_FAILS(FC_BUSY, fc_postgres_announce(fc_postgres_of(store), &away, &err), err);
    assert_true(fc_job_store_settle(store)); /* there is nothing */
    fc_postgres_dispose(fc_postgres_of(store), "{b.png}");
    assert_false(fc_job_store_settle(store));
    fc_postgres_server_resume();
    fc_postgres_server_await(store);
    assert_int_equal(fc_postgres_server_ask(DOOMED), 0);
}

static void lists_of_names_are_written_as_the_database_reads_them(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(names, 8);
    ASSERT_OK(fc_names_end(&names, &err), err);
    assert_string_equal(fc_buffer_text(&names), "{}");
    FC_AUTO_BUFFER(two, 8);
    ASSERT_OK(fc_names_add(&two, "a", &err), err);
    ASSERT_OK(fc_names_add(&two, "b.c", &err), err);
    ASSERT_OK(fc_names_end(&two, &err), err);
    assert_string_equal(fc_buffer_text(&two), "{a,b.c}");
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_names_add(&two, "d", &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(blobs_of_a_process_that_died_are_removed_in_an_hour),
        FC_POSTGRES_TEST(what_is_announced_is_on_the_list_and_what_is_removed_is_struck_off),
        FC_POSTGRES_TEST(nothing_is_announced_for_what_cannot_be),
        cmocka_unit_test(lists_of_names_are_written_as_the_database_reads_them),
    };
    return cmocka_run_group_tests_name("store/postgres_doomed", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
