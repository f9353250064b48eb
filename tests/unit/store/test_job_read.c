#include "store/job_store.h"

#include <stdio.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    static const char *const IDS[] = { FC_STORES_B,
                                       "",
                                       "..",
                                       "../../../../etc/passwd",
                                       FC_STORES_A "0",
                                       "0000000000000000000000000000000A" };
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        fc_job job = { 0 };
        int descriptor = -1;
        fc_stored_picture picture = { 0 };
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, IDS[i], &job, NULL, &err), err);
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, IDS[i], &err), err);
        ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, IDS[i], &ending, &err), err);
        ASSERT_FAILS(FC_NOT_FOUND,
                     fc_job_store_open_picture(store, IDS[i], FC_PICTURE_PNG, 1, &descriptor,
                                               &picture, &err),
                     err);
    }
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_PNG, 7, &descriptor,
                                           &picture, &err),
                 err);
    assert_int_equal(descriptor, -1);
}

static void a_batch_lists_its_items_and_takes_them_along(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job jobs[3] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B),
                       fc_stores_job(FC_STORES_C) };
    for (int i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, "%s", FC_STORES_A);
        jobs[i].number = 3 - i; /* C comes first */
    }
    const fc_bytes photos[3] = { { 0 }, fc_stores_bytes("photo"), fc_stores_bytes("photo") };
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 3, (fc_bytes){ 0 }, "wish", &err), err);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_B, &ending, &err), err);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_C, &ending, &err), err);

    fc_job *items = NULL;
    fc_stored_picture *pictures = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_items(store, FC_STORES_A, &items, &count, &err), err);
    assert_int_equal(count, 2);
    assert_string_equal(items[0].id, FC_STORES_C);
    assert_string_equal(items[1].id, FC_STORES_B);
    fc_memory_free(items);
    ASSERT_OK(fc_job_store_pictures(store, FC_STORES_A, &pictures, &count, &err), err);
    assert_int_equal(count, 4);
    assert_string_equal(pictures[0].job_id, FC_STORES_C);
    assert_string_equal(pictures[0].name, jobs[2].name);
    fc_memory_free(pictures);
    ASSERT_OK(fc_job_store_items(store, FC_STORES_B, &items, &count, &err), err);
    assert_int_equal(count, 0);
    assert_null(items);

    ASSERT_OK(fc_job_store_delete(store, FC_STORES_A, &err), err);
    assert_false(fc_stores_has(FC_STORES_B "-1.png"));
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, FC_STORES_B, &job, NULL, &err), err);
}

static void lists_of_many_rows_are_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job jobs[70] = { 0 };
    for (int i = 0; i < 70; i++) {
        (void)snprintf(jobs[i].id, sizeof jobs[i].id, "%032x", (unsigned)i);
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, "%s", FC_STORES_A);
        jobs[i].number = i + 1;
    }
    const fc_bytes photos[70] = { { 0 } };
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 70, (fc_bytes){ 0 }, "wish", &err), err);
    fc_job *items = NULL;
    size_t count = 0;
    SWEEP_ALLOCATIONS(fc_job_store_items(store, FC_STORES_A, &items, &count, &err), items == NULL);
    assert_int_equal(count, 70);
    for (int i = 0; i < 70; i++) {
        assert_int_equal(items[i].number, i + 1);
    }
    fc_memory_free(items);
}

static void what_has_expired_is_not_found_before_it_is_deleted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_stores_save(store, FC_STORES_B);
    fc_stores_change("UPDATE jobs SET finished = unixepoch() - 24 * 3600 - 1"
                     " WHERE id = '" FC_STORES_A "'");
    fc_job job = { 0 };
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND,
                 fc_job_store_open_picture(store, FC_STORES_A, FC_PICTURE_PNG, 1, &descriptor,
                                           &picture, &err),
                 err);
    assert_true(fc_stores_has(FC_STORES_A "-1.png"));
    ASSERT_OK(fc_job_store_read(store, FC_STORES_B, &job, NULL, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_is_not_there_is_not_found),
        FC_STORES_TEST(a_batch_lists_its_items_and_takes_them_along),
        FC_STORES_TEST(lists_of_many_rows_are_whole),
        FC_STORES_TEST(what_has_expired_is_not_found_before_it_is_deleted),
    };
    return cmocka_run_group_tests_name("store/job_read", tests, NULL, NULL);
}
