#include <string.h>

#include "base/memory.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/stores.h"

#define URL "https://hooks.example.com/done"

static void accept(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    fc_job job = fc_stores_job(id);
    job.callback = URL;
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
}

static void finish(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, id, &ending, &err), err);
}

static fc_callback read_callback(fc_job_store *store, const char *id)
{
    fc_error err = { 0 };
    fc_callback callback = { 0 };
    ASSERT_OK(fc_job_store_callback(store, id, &callback, &err), err);
    return callback;
}

static size_t count_due(fc_job_store *store, int64_t now_s, size_t count_max)
{
    fc_error err = { 0 };
    fc_callback *due = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_due(store, now_s, count_max, &due, &count, &err), err);
    fc_memory_free(due);
    return count;
}

static int64_t count_waiting(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    return totals.callbacks_waiting;
}

static void the_end_of_a_job_makes_its_callback_due(void **state)
{
    (void)state;
    fc_job_store *store = fc_stores_open();
    accept(store, FC_STORES_A);
    fc_callback callback = read_callback(store, FC_STORES_A);
    assert_string_equal(callback.url, URL);
    assert_int_equal(callback.due_s, 0);
    assert_int_equal(count_due(store, INT64_MAX, 9), 0);
    finish(store, FC_STORES_A);
    fc_job_store_close(store); /* as a crash would leave it */
    store = fc_stores_open();
    callback = read_callback(store, FC_STORES_A);
    assert_true(callback.finished_s > 0);
    assert_int_equal(callback.due_s, callback.finished_s);
    assert_int_equal(callback.state, FC_CALLBACK_WAITING);
    assert_int_equal(count_due(store, callback.due_s - 1, 9), 0);
    assert_int_equal(count_due(store, callback.due_s, 9), 1);
    assert_int_equal(count_waiting(store), 1);
    fc_job_store_close(store);
}

/* In whatever way it ends. */
static void a_job_that_has_failed_or_lost_its_photo_is_told_too(void **state)
{
    (void)state;
    const fc_error why = { FC_CORRUPT_IMAGE, "broken" };
    fc_job_store *store = fc_stores_open();
    accept(store, FC_STORES_A);
    accept(store, FC_STORES_B);
    fc_job_store_fail(store, FC_STORES_A, &why);
    assert_int_equal(count_due(store, INT64_MAX, 9), 1);
    fc_job_store_close(store);
    fc_stores_change("UPDATE accepted SET bytes = bytes + 1");
    store = fc_stores_open();
    assert_int_equal(count_due(store, INT64_MAX, 9), 2);
    assert_int_equal(count_due(store, INT64_MAX, 1), 1);
    fc_job_store_close(store);
}

static void what_came_of_a_try_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    accept(store, FC_STORES_A);
    finish(store, FC_STORES_A);
    fc_callback callback = read_callback(store, FC_STORES_A);
    const int64_t end_s = callback.due_s;
    callback.tries = 3;
    callback.due_s = end_s + 60;
    strcpy(callback.error, "answered 500");
    ASSERT_OK(fc_job_store_record_try(store, &callback, &err), err);
    callback = read_callback(store, FC_STORES_A);
    assert_int_equal(callback.tries, 3);
    assert_string_equal(callback.error, "answered 500");
    assert_int_equal(count_due(store, end_s, 9), 0);
    assert_int_equal(count_due(store, end_s + 60, 9), 1);
    callback.state = FC_CALLBACK_DELIVERED;
    ASSERT_OK(fc_job_store_record_try(store, &callback, &err), err);
    assert_int_equal(count_due(store, INT64_MAX, 9), 0);
    assert_int_equal(count_waiting(store), 0);
}

static void a_callback_goes_with_its_job(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    accept(store, FC_STORES_A);
    fc_callback callback = read_callback(store, FC_STORES_A);
    callback.due_s = 1;
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_A, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_callback(store, FC_STORES_A, &callback, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_record_try(store, &callback, &err), err);
    assert_int_equal(count_waiting(store), 0);
    fc_stores_accept(store, FC_STORES_B); /* without one */
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_callback(store, FC_STORES_B, &callback, &err), err);
}

static void a_store_that_keeps_nothing_has_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = NULL;
    fc_callback callback = { .due_s = 1 };
    ASSERT_OK(fc_job_store_open(fc_stores_folder, 0, &store, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_callback(store, FC_STORES_A, &callback, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_record_try(store, &callback, &err), err);
    assert_int_equal(count_due(store, INT64_MAX, 9), 0);
}

static void looking_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    accept(store, FC_STORES_A);
    finish(store, FC_STORES_A);
    fc_callback *due = NULL;
    size_t count = 0;
    SWEEP_ALLOCATIONS(fc_job_store_due(store, INT64_MAX, 9, &due, &count, &err), due == NULL);
    assert_int_equal(count, 1);
    fc_memory_free(due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(the_end_of_a_job_makes_its_callback_due),
        FC_STORES_TEST(a_job_that_has_failed_or_lost_its_photo_is_told_too),
        FC_STORES_TEST(what_came_of_a_try_is_kept),
        FC_STORES_TEST(a_callback_goes_with_its_job),
        FC_STORES_TEST(a_store_that_keeps_nothing_has_none),
        FC_STORES_TEST(looking_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("store/sqlite_callback", tests, NULL, NULL);
}
