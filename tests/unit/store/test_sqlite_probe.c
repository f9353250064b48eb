#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "store/sqlite_database.h"
#include "support/fc_test.h"
#include "support/stores.h"

static const char ID[] = "0123456789abcdef0123456789abcdef";

/* As if the last try were long ago. */
static fc_status probe_again(fc_job_store *store, fc_error *err)
{
    fc_sqlite_of(store)->probed_us = 0;
    return fc_job_store_probe(store, err);
}

static void a_store_is_ready_until_its_folder_has_gone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    ASSERT_FAILS(FC_IO, probe_again(store, &err), err);
    assert_string_equal(err.text, "the output folder is gone");
    assert_int_equal(rename(away, fc_stores_folder), 0);
    ASSERT_OK(probe_again(store, &err), err);
}

static void it_is_tried_once_a_second(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    const int64_t first_us = fc_sqlite_of(store)->probed_us;
    ASSERT_OK(fc_job_store_probe(store, &err), err);
    assert_int_equal(fc_sqlite_of(store)->probed_us, first_us);
    fc_sqlite_of(store)->probed = (fc_error){ FC_IO, "kept" };
    ASSERT_FAILS(FC_IO, fc_job_store_probe(store, &err), err);
    assert_string_equal(err.text, "kept");
    fc_sqlite_of(store)->probed_us -= 1000001;
    ASSERT_OK(fc_job_store_probe(store, &err), err);
}

/* Another program locks it. */
static sqlite3 *lock_database(void)
{
    char path[256];
    sqlite3 *other = NULL;
    (void)snprintf(path, sizeof path, "%s/facecraft.db", fc_stores_folder);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return other;
}

static void unlock_database(sqlite3 *other)
{
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

static void a_locked_database_is_told_soon(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    sqlite3 *other = lock_database();
    const time_t start = time(NULL);
    ASSERT_FAILS(FC_BUSY, probe_again(store, &err), err);
    assert_true(time(NULL) - start < 5); /* others are waited for so long */
    assert_string_equal(err.text, "the database of the jobs is locked by another program");
    unlock_database(other);
    ASSERT_OK(probe_again(store, &err), err);
}

/* One after the other they would wait for ever, and all others for them. */
static void a_locked_database_is_waited_for_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    sqlite3 *other = lock_database();
    const fc_job job = fc_stores_job(ID);
    const fc_job_ending ending = fc_stores_ending(NULL, 0);
    ASSERT_FAILS(FC_BUSY, fc_job_store_save(store, &job, &ending, &err), err);
    const time_t start = time(NULL);
    for (int i = 0; i < 8; i++) {
        ASSERT_FAILS(FC_BUSY, fc_job_store_save(store, &job, &ending, &err), err);
    }
    assert_true(time(NULL) - start < 8 * FC_STORE_BUSY_MS / 1000 / 2);
    unlock_database(other);
    ASSERT_OK(fc_job_store_save(store, &job, &ending, &err), err);
    assert_false(fc_sqlite_of(store)->locked);
}

static void a_full_disk_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    struct rlimit before = { 0 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit none = { 100, before.rlim_max }; /* some fits */
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    const fc_status status = probe_again(store, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(status, FC_IO);
    assert_string_equal(err.text, "the output folder: File too large");
    ASSERT_OK(probe_again(store, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(a_store_is_ready_until_its_folder_has_gone),
        FC_STORES_TEST(it_is_tried_once_a_second),
        FC_STORES_TEST(a_locked_database_is_told_soon),
        FC_STORES_TEST(a_locked_database_is_waited_for_once),
        FC_STORES_TEST(a_full_disk_is_told),
    };
    return cmocka_run_group_tests_name("store/sqlite_probe", tests, NULL, NULL);
}
