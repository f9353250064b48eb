#include "app/job_store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
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

static void change_database(const char *sql)
{
    char path[256];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof path, "%s/facecraft.db", fc_stores_folder);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
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

static void a_database_that_is_not_ours_is_refused_untouched(void **state)
{
    (void)state;
    fc_job_store_close(fc_stores_open());
    change_database("PRAGMA user_version=2");
    assert_refused("has version 2");
    change_database("PRAGMA user_version=1; PRAGMA application_id=7");
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

static void a_store_is_usable_until_its_folder_has_gone(void **state)
{
    (void)state;
    FC_AUTO(fc_job_store) store = fc_stores_open();
    assert_true(fc_job_store_usable(store));
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    assert_false(fc_job_store_usable(store));
    assert_int_equal(mkdir(fc_stores_folder, 0700), 0); /* another folder of that name */
    assert_false(fc_job_store_usable(store));
    assert_int_equal(rmdir(fc_stores_folder), 0);
    assert_int_equal(rename(away, fc_stores_folder), 0);
    assert_true(fc_job_store_usable(store));
}

static void without_keeping_nothing_is_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = NULL;
    ASSERT_OK(fc_job_store_open("/nowhere/at/all", 0, &store, &err), err);
    assert_false(fc_job_store_keeps(store));
    assert_true(fc_job_store_usable(store));
    fc_stores_save(store, FC_STORES_A);
    const fc_job asked = fc_stores_job(FC_STORES_B);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_begin(store, &asked, 1, &err), err);
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
        FC_STORES_TEST(a_database_that_is_not_ours_is_refused_untouched),
        FC_STORES_TEST(a_database_with_flipped_bytes_is_refused_or_read),
        FC_STORES_TEST(folders_that_cannot_be_used_are_refused),
        FC_STORES_TEST(a_store_is_usable_until_its_folder_has_gone),
        FC_STORES_TEST(without_keeping_nothing_is_written),
    };
    return cmocka_run_group_tests_name("app/job_store", tests, NULL, NULL);
}
