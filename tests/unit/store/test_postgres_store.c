#include "store/postgres_store.h"

#include <time.h>

#include "base/memory.h"
#include "store/folder_blobs.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static void a_store_of_an_address_that_is_none_is_not_opened(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_blobs *blobs = NULL;
    fc_job_store *store = NULL;
    ASSERT_OK(fc_folder_blobs_open(fc_stores_folder, &blobs, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_postgres_open("here", blobs, 24, &store, &err), err);
    assert_null(store);
}

static void a_database_that_is_away_is_told_and_taken_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_stores_accept(store, FC_STORES_A);
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    fc_postgres_server_kill();
    fc_job job = fc_stores_job(FC_STORES_B);
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_FAILS(FC_BUSY, fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err),
                 err);
    fc_postgres_of(store)->probed_us = 0;
    ASSERT_FAILS(FC_BUSY, fc_job_store_probe(store, &err), err);
    fc_postgres_server_resume();
    fc_postgres_server_await(store);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    fc_postgres_of(store)->probed_us = 0;
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    assert_false(fc_stores_has(FC_STORES_B ".photo"));
}

static void a_message_is_one_processs_at_a_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    char id[FC_JOB_ID_SIZE];
    fc_job job = fc_stores_job(FC_STORES_A);
    const fc_bytes photo = fc_stores_bytes("photo");
    job.callback = "https://hooks.example.com/1";
    ASSERT_OK(fc_job_store_accept(first, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    assert_true(fc_stores_claim(first, id));
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_OK(fc_job_store_finish(first, FC_STORES_A, &ending, &err), err);
    const int64_t now_s = (int64_t)time(NULL) + 1;
    fc_callback *due = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_due(first, now_s, 10, &due, &count, &err), err);
    assert_int_equal(count, 1);
    fc_memory_free(due);
    ASSERT_OK(fc_job_store_due(second, now_s, 10, &due, &count, &err), err);
    assert_int_equal(count, 0);
    ASSERT_OK(fc_job_store_due(second, now_s + 3600, 10, &due, &count, &err), err);
    assert_int_equal(count, 1); /* the first one has died with it */
    fc_memory_free(due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(a_store_of_an_address_that_is_none_is_not_opened),
        FC_POSTGRES_TEST(a_database_that_is_away_is_told_and_taken_again),
        FC_POSTGRES_TEST(a_message_is_one_processs_at_a_time),
    };
    return cmocka_run_group_tests_name("store/postgres_store", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
