#include "store/job_store.h"

#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "store/sqlite_database.h"
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

/* What a look at every row tells. */
static int64_t counted(fc_job_store *store, const char *sql)
{
    fc_error err = { 0 };
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    ASSERT_OK(fc_sql_prepare(fc_sqlite_of(store)->db, sql, &select, &err), err);
    ASSERT_OK(fc_sql_step(select, &row, &err), err);
    assert_true(row);
    return sqlite3_column_int64(select, 0);
}

static void check_totals(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    for (int state = 0; state < FC_JOB_STATES_COUNT; state++) {
        char sql[80];
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM jobs WHERE state = %d", state);
        assert_int_equal(totals.jobs[state], counted(store, sql));
    }
    assert_int_equal(totals.picture_bytes,
                     counted(store, "SELECT coalesce(sum(bytes), 0) FROM pictures"));
}

/* A job that waits. */
static void insert(fc_job_store *store, const char *id, const char *batch)
{
    fc_error err = { 0 };
    char sql[400];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO jobs (id, batch, number, owner, name, state, created, finished,"
                   " error, message, answer) VALUES ('%s', '%s', 0, '', '', %d, 1, 0, '', '', x'')",
                   id, batch, FC_JOB_QUEUED);
    ASSERT_OK(fc_sql_run(fc_sqlite_of(store)->db, sql, &err), err);
}

static void totals_follow_every_change(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    check_totals(store);
    insert(store, FC_STORES_B, "");
    insert(store, FC_STORES_C, FC_STORES_B);
    check_totals(store);
    ASSERT_OK(
        fc_sql_run(fc_sqlite_of(store)->db, "UPDATE jobs SET state = 1 WHERE batch <> ''", &err),
        err);
    check_totals(store);
    const fc_job_ending good = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_C, &good, &err), err);
    check_totals(store);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_B, &err), err); /* its item goes with it */
    check_totals(store);
    ASSERT_OK(fc_job_store_expire(store, (int64_t)time(NULL) + 25 * 3600, NULL, &err), err);
    check_totals(store);
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED] + totals.picture_bytes, 0);
}

static void what_is_taken_back_is_not_counted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    ASSERT_OK(fc_sqlite_begin_change(fc_sqlite_of(store), &err), err);
    insert(store, FC_STORES_B, "");
    ASSERT_OK(
        fc_sql_run(fc_sqlite_of(store)->db, "DELETE FROM jobs WHERE id = '" FC_STORES_A "'", &err),
        err);
    check_totals(store);
    assert_int_equal(fc_sqlite_end_change(fc_sqlite_of(store), FC_IO, &err), FC_IO);
    check_totals(store);
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 0);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
}

static void totals_are_counted_when_the_store_is_opened(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = fc_stores_open();
    fc_stores_save(store, FC_STORES_A);
    fc_job_store_close(store);
    store = fc_stores_open();
    check_totals(store);
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.picture_bytes, 18);
    fc_job_store_close(store);
}

static int64_t steps;

static int count_step(void *context)
{
    (void)context;
    steps++;
    return 0;
}

/* Instructions of SQLite, not time: the machine may be busy. */
static int64_t steps_of_counting(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    steps = 0;
    sqlite3_progress_handler(fc_sqlite_of(store)->db, 1, count_step, NULL);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    sqlite3_progress_handler(fc_sqlite_of(store)->db, 0, NULL, NULL);
    return steps;
}

static void counting_many_jobs_takes_no_longer_than_counting_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const int64_t none = steps_of_counting(store);
    ASSERT_OK(fc_sql_run(fc_sqlite_of(store)->db,
                         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
                         " 5000) INSERT INTO jobs (id, batch, number, owner, name, state, created,"
                         " finished, error, message, answer) SELECT printf('%032x', i), '', 0, '',"
                         " '', 2, 1, 1, '', '', x'' FROM n",
                         &err),
              err);
    ASSERT_OK(fc_sql_run(fc_sqlite_of(store)->db,
                         "INSERT INTO pictures SELECT id, 0, 1, 1000, 1, 1, '' FROM jobs", &err),
              err);
    check_totals(store);
    assert_int_equal(steps_of_counting(store), none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(what_is_not_there_is_not_found),
        FC_STORES_TEST(a_batch_lists_its_items_and_takes_them_along),
        FC_STORES_TEST(lists_of_many_rows_are_whole),
        FC_STORES_TEST(what_has_expired_is_not_found_before_it_is_deleted),
        FC_STORES_TEST(totals_follow_every_change),
        FC_STORES_TEST(what_is_taken_back_is_not_counted),
        FC_STORES_TEST(totals_are_counted_when_the_store_is_opened),
        FC_STORES_TEST(counting_many_jobs_takes_no_longer_than_counting_none),
    };
    return cmocka_run_group_tests_name("store/sqlite_read", tests, NULL, NULL);
}
