#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "store/store_db.h"
#include "support/fc_test.h"
#include "support/stores.h"

/* What a look at every row tells. */
static int64_t counted(fc_job_store *store, const char *sql)
{
    fc_error err = { 0 };
    FC_AUTO(fc_statement) select = NULL;
    bool row = false;
    ASSERT_OK(fc_sql_prepare(store->db, sql, &select, &err), err);
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
    ASSERT_OK(fc_sql_run(store->db, sql, &err), err);
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
    ASSERT_OK(fc_sql_run(store->db, "UPDATE jobs SET state = 1 WHERE batch <> ''", &err), err);
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
    ASSERT_OK(fc_job_store_begin_change(store, &err), err);
    insert(store, FC_STORES_B, "");
    ASSERT_OK(fc_sql_run(store->db, "DELETE FROM jobs WHERE id = '" FC_STORES_A "'", &err), err);
    check_totals(store);
    assert_int_equal(fc_job_store_end_change(store, FC_IO, &err), FC_IO);
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
    sqlite3_progress_handler(store->db, 1, count_step, NULL);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
    return steps;
}

static void counting_many_jobs_takes_no_longer_than_counting_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    const int64_t none = steps_of_counting(store);
    ASSERT_OK(fc_sql_run(store->db,
                         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT"
                         " 5000) INSERT INTO jobs (id, batch, number, owner, name, state, created,"
                         " finished, error, message, answer) SELECT printf('%032x', i), '', 0, '',"
                         " '', 2, 1, 1, '', '', x'' FROM n",
                         &err),
              err);
    ASSERT_OK(fc_sql_run(store->db,
                         "INSERT INTO pictures SELECT id, 0, 1, 1000, 1, 1, '' FROM jobs", &err),
              err);
    check_totals(store);
    assert_int_equal(steps_of_counting(store), none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(totals_follow_every_change),
        FC_STORES_TEST(what_is_taken_back_is_not_counted),
        FC_STORES_TEST(totals_are_counted_when_the_store_is_opened),
        FC_STORES_TEST(counting_many_jobs_takes_no_longer_than_counting_none),
    };
    return cmocka_run_group_tests_name("store/job_totals", tests, NULL, NULL);
}
