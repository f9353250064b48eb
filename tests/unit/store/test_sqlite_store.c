#include "store/job_store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/stores.h"

static void two_stores_do_not_share_a_folder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_job_store *second = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open(fc_stores_folder, 24, &second, &err), err);
    assert_non_null(strstr(err.text, "in use by another facecraft, process"));
    assert_null(second);
}

static void assert_refused(const char *says)
{
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open(fc_stores_folder, 24, &store, &err), err);
    assert_null(store);
    if (strstr(err.text, says) == NULL) {
        fail_msg("\"%s\" should say \"%s\"", err.text, says);
    }
}

static void folders_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    ASSERT_FAILS(FC_IO, fc_job_store_open("/nowhere/at/all", 24, &store, &err), err);
    ASSERT_FAILS(FC_IO, fc_job_store_open("/dev/null", 24, &store, &err), err);
    if (geteuid() != 0) { /* root may write everywhere */
        assert_int_equal(mkdir(fc_stores_folder, 0500), 0);
        assert_refused("Permission denied");
    }
    assert_null(store);
}

static void a_folder_that_was_made_anew_is_used(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    const uint64_t generation = fc_job_store_generation(store);
    char away[sizeof fc_stores_folder + 8];
    char other[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    (void)snprintf(other, sizeof other, "%s.other", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    const fc_job job = fc_stores_job(FC_STORES_B);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_IO, fc_job_store_save(store, &job, &ending, &err), err);
    assert_string_equal(err.text, "the output folder is gone");
    assert_int_equal(mkdir(fc_stores_folder, 0700), 0);
    ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
    assert_true(fc_job_store_generation(store) > generation);
    assert_true(fc_stores_has(FC_STORES_B "-1.png"));
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_OK(fc_job_store_open_picture(store, FC_STORES_B, FC_PICTURE_PNG, 1, &descriptor,
                                        &picture, &err),
              err);
    assert_int_equal(close(descriptor), 0);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_refused("in use by another facecraft"); /* the new folder is ours as well */
    assert_int_equal(rename(fc_stores_folder, other), 0);
    assert_int_equal(rename(away, fc_stores_folder), 0); /* and the first one comes back */
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
}

static void a_folder_that_cannot_take_the_place_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    FC_AUTO(fc_job_store) other = fc_stores_open(); /* somebody else has it */
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_FAILS(FC_IO, fc_job_store_save(store, &job, &ending, &err), err);
    assert_non_null(strstr(err.text, "was replaced"));
    ASSERT_OK(fc_job_store_save(other, &job, &ending, &err), err);
}

static void without_keeping_nothing_is_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = NULL;
    ASSERT_OK(fc_job_store_open("/nowhere/at/all", 0, &store, &err), err);
    assert_false(fc_job_store_keeps(store));
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    fc_stores_save(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_stop(store, &err), err);
    fc_error why = { .status = FC_IO };
    fc_job_store_fail(store, FC_STORES_B, &why);
    assert_true(fc_job_store_settle(store));
    ASSERT_OK(fc_job_store_run(store, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_B, &ending, &err), err);
    fc_job job = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_read(store, FC_STORES_A, &job, NULL, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, FC_STORES_A, &err), err);
    fc_stored_picture *pictures = NULL;
    size_t count = 1;
    ASSERT_OK(fc_job_store_pictures(store, FC_STORES_A, &pictures, &count, &err), err);
    assert_int_equal(count, 0);
    ASSERT_OK(fc_job_store_expire(store, INT64_MAX / 2, NULL, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(two_stores_do_not_share_a_folder),
        FC_STORES_TEST(folders_that_cannot_be_used_are_refused),
        FC_STORES_TEST(a_folder_that_was_made_anew_is_used),
        FC_STORES_TEST(a_folder_that_cannot_take_the_place_is_told),
        FC_STORES_TEST(without_keeping_nothing_is_written),
    };
    return cmocka_run_group_tests_name("store/sqlite_store", tests, NULL, NULL);
}
