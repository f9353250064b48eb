#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/stores.h"

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

static void a_database_that_is_not_ours_is_refused_untouched(void **state)
{
    (void)state;
    fc_job_store_close(fc_stores_open());
    fc_stores_change("PRAGMA user_version=4");
    assert_refused("has version 4, this facecraft knows versions 1 to 3");
    fc_stores_change("PRAGMA user_version=3; PRAGMA application_id=7");
    assert_refused("belongs to another program");
    fc_stores_put("facecraft.db");
    assert_refused("damaged");
    assert_true(fc_stores_has("facecraft.db"));
}

static void a_database_with_flipped_bytes_is_refused_or_read(void **state)
{
    (void)state;
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_job_store_close(store);
    char path[256];
    (void)snprintf(path, sizeof path, "%s/facecraft.db", fc_stores_folder);
    FC_AUTO_BUFFER(content, 1 << 20);
    fc_error err = { 0 };
    ASSERT_OK(fc_file_read(path, 1 << 20, &content, &err), err);
    for (size_t at = 0; at < content.size; at += 97) {
        content.data[at] ^= 0x55;
        ASSERT_OK(fc_file_write(path, fc_buffer_bytes(&content), &err), err);
        content.data[at] ^= 0x55;
        store = NULL;
        if (fc_job_store_open(fc_stores_folder, 24, &store, &err) == FC_OK) {
            fc_job job = { 0 };
            (void)!fc_job_store_read(store, FC_STORES_A, &job, NULL, &err);
        }
        fc_job_store_close(store);
    }
}

/* As facecraft 1.0.0 left it: a job that has ended, and one that it was killed in. */
static void a_database_of_version_1_is_brought_up_to_date(void **state)
{
    (void)state;
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_stores_accept(store, FC_STORES_B);
    fc_job_store_close(store);
    fc_stores_change("DROP TRIGGER callback_due; DROP TABLE callbacks;"
                     "DROP TABLE accepted; DROP TABLE service; DROP INDEX jobs_by_key;"
                     "ALTER TABLE jobs DROP COLUMN key; ALTER TABLE jobs DROP COLUMN fingerprint;"
                     "PRAGMA user_version=1");
    store = fc_stores_open();
    fc_job job = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_job_store_read(store, FC_STORES_B, &job, NULL, &err), err);
    assert_int_equal(job.state, FC_JOB_FAILED);
    assert_string_equal(job.error, "cancelled");
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    fc_stores_accept(store, FC_STORES_C);
    fc_job_store_close(store);
    store = fc_stores_open();
    assert_int_equal(fc_stores_state(store, FC_STORES_C), FC_JOB_QUEUED);
    fc_job_store_close(store);
}

/* As facecraft 1.0.1 left it: an accepted job of it goes on, and new ones have callbacks. */
static void a_database_of_version_2_is_brought_up_to_date(void **state)
{
    (void)state;
    fc_job_store *store = fc_stores_open();
    fc_stores_accept(store, FC_STORES_A);
    fc_job_store_close(store);
    fc_stores_change("DROP TRIGGER callback_due; DROP TABLE callbacks; PRAGMA user_version=2");
    store = fc_stores_open();
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    fc_error err = { 0 };
    fc_callback callback = { 0 };
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_callback(store, FC_STORES_A, &callback, &err), err);
    fc_job job = fc_stores_job(FC_STORES_B);
    job.callback = "https://hooks.example.com/";
    const fc_bytes photo = fc_stores_bytes("photo");
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
    ASSERT_OK(fc_job_store_callback(store, FC_STORES_B, &callback, &err), err);
    fc_job_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_database_that_is_not_ours_is_refused_untouched),
        FC_STORES_TEST(a_database_with_flipped_bytes_is_refused_or_read),
        FC_STORES_TEST(a_database_of_version_1_is_brought_up_to_date),
        FC_STORES_TEST(a_database_of_version_2_is_brought_up_to_date),
    };
    return cmocka_run_group_tests_name("store/sqlite_database", tests, NULL, NULL);
}
