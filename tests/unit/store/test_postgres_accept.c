#include <stdio.h>

#include "base/memory.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static fc_status accept(fc_job_store *store, const char *id, fc_error *err)
{
    const fc_job job = fc_stores_job(id);
    const fc_bytes photo = fc_stores_bytes("photo");
    return fc_job_store_accept(store, &job, &photo, 1, fc_stores_bytes("tail"), "wish", err);
}

static void finish(fc_job_store *store, const char *expected)
{
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    assert_true(fc_stores_claim(store, id));
    assert_string_equal(id, expected);
    ASSERT_OK(fc_job_store_finish(store, id, &ending, &err), err);
}

static void what_another_process_has_accepted_takes_room(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_job_store_set_room(second, (fc_job_room){ 1, 8 });
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, accept(second, FC_STORES_B, &err), err); /* of nine bytes */
    fc_job_store_set_room(second, (fc_job_room){ 1, 9 });
    ASSERT_OK(accept(first, FC_STORES_A, &err), err);
    ASSERT_FAILS(FC_BUSY, accept(second, FC_STORES_B, &err), err);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    assert_int_equal(fc_stores_state(first, FC_STORES_B), -1);
    finish(first, FC_STORES_A);
    ASSERT_OK(accept(second, FC_STORES_B, &err), err);
    assert_true(fc_job_store_settle(first));
    assert_true(fc_job_store_settle(second));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
}

static void what_is_accepted_is_every_processs_until_it_has_ended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_accepted_job *jobs = NULL;
    size_t count = 0;
    fc_asked_job asked = { 0 };
    ASSERT_OK(accept(first, FC_STORES_A, &err), err);
    ASSERT_OK(fc_job_store_accepted(second, &jobs, &count, &err), err);
    assert_int_equal(count, 1);
    assert_string_equal(jobs[0].id, FC_STORES_A);
    assert_true(jobs[0].photo);
    fc_memory_free(jobs);
    ASSERT_OK(fc_job_store_load(second, FC_STORES_A, &asked, &err), err);
    assert_string_equal(fc_buffer_text(&asked.wish), "wish");
    assert_int_equal(asked.photo.size, 9);
    assert_memory_equal(asked.photo.data, "phototail", 9);
    fc_asked_job_clear(&asked);
    finish(first, FC_STORES_A);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_load(second, FC_STORES_A, &asked, &err), err);
    ASSERT_OK(fc_job_store_accepted(second, &jobs, &count, &err), err);
    assert_int_equal(count, 0);
    fc_memory_free(jobs);
}

static void a_key_is_one_requests_in_all_processes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    char id[FC_JOB_ID_SIZE];
    fc_job jobs[2] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B) };
    const fc_bytes photo = fc_stores_bytes("photo");
    for (int i = 0; i < 2; i++) {
        (void)snprintf(jobs[i].key, sizeof jobs[i].key, "key");
    }
    ASSERT_OK(fc_job_store_accept(first, &jobs[0], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_FAILS(FC_BUSY,
                 fc_job_store_accept(second, &jobs[1], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    assert_true(fc_stores_claim(first, id));
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_finish(first, FC_STORES_A, &ending, &err), err);
    ASSERT_FAILS(FC_BUSY,
                 fc_job_store_accept(second, &jobs[1], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    fc_job_key found = { 0 };
    ASSERT_OK(fc_job_store_find_key(second, "key", &found, &err), err);
    assert_string_equal(found.job_id, FC_STORES_A);
    fc_postgres_server_run("UPDATE facecraft.jobs SET finished = finished - 86400"); /* a day ago */
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_find_key(second, "key", &found, &err), err);
    ASSERT_OK(fc_job_store_accept(second, &jobs[1], &photo, 1, (fc_bytes){ 0 }, "", &err), err);
}

static void without_its_database_nothing_is_accepted_and_nothing_known(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_accepted_job *jobs = NULL;
    fc_job_key *keys = NULL;
    fc_job_key found = { 0 };
    fc_asked_job asked = { 0 };
    size_t count = 0;
    ASSERT_OK(accept(store, FC_STORES_A, &err), err);
    fc_postgres_server_kill();
    ASSERT_FAILS(FC_BUSY, accept(store, FC_STORES_B, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_accepted(store, &jobs, &count, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_load(store, FC_STORES_A, &asked, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_keys(store, 0, 9, &keys, &count, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_find_key(store, "key", &found, &err), err);
    assert_null(jobs);
    assert_null(keys);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
    fc_postgres_server_resume();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(what_another_process_has_accepted_takes_room),
        FC_POSTGRES_TEST(what_is_accepted_is_every_processs_until_it_has_ended),
        FC_POSTGRES_TEST(a_key_is_one_requests_in_all_processes),
        FC_POSTGRES_TEST(without_its_database_nothing_is_accepted_and_nothing_known),
    };
    return cmocka_run_group_tests_name("store/postgres_accept", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
