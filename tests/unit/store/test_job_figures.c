#include "store/job_figures.h"

#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "store/sqlite_store_private.h"
#include "support/fc_test.h"
#include "support/postgres.h"
#include "support/stores.h"

#define HOUR_US INT64_C(3600000000)

static fc_job_figures *figures_of(fc_job_store *store, int64_t every_us)
{
    fc_error err = { 0 };
    fc_job_figures *figures = NULL;
    ASSERT_OK(fc_job_figures_new(store, every_us, &figures, &err), err);
    return figures;
}

static void read_figures(fc_job_figures *figures, fc_job_totals *jobs, fc_job_backlog *backlog)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_job_figures_read(figures, jobs, backlog, &err), err);
}

static void one_process_knows_its_jobs_at_once_and_what_waits_later(void **state)
{
    (void)state;
    fc_job_totals jobs = { 0 };
    fc_job_backlog backlog = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    FC_AUTO(fc_job_figures) figures = figures_of(store, HOUR_US);
    fc_stores_accept(store, FC_STORES_A);
    read_figures(figures, &jobs, &backlog);
    assert_int_equal(jobs.jobs[FC_JOB_QUEUED], 1);
    assert_int_equal(backlog.waiting, 1);
    fc_stores_accept(store, FC_STORES_B);
    read_figures(figures, &jobs, &backlog);
    assert_int_equal(jobs.jobs[FC_JOB_QUEUED], 2);
    assert_int_equal(backlog.waiting, 1);
}

static void the_database_is_asked_again_when_its_time_has_come(void **state)
{
    (void)state;
    fc_job_totals jobs = { 0 };
    fc_job_backlog backlog = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    FC_AUTO(fc_job_figures) figures = figures_of(store, 0);
    read_figures(figures, &jobs, &backlog);
    assert_int_equal(backlog.waiting, 0);
    fc_stores_accept(store, FC_STORES_A);
    while (backlog.waiting == 0) { /* until ctest's limit */
        const struct timespec pause = { .tv_nsec = 1000000 };
        (void)nanosleep(&pause, NULL);
        read_figures(figures, &jobs, &backlog);
    }
    assert_int_equal(backlog.waiting, 1);
}

static void a_database_that_fails_is_not_asked_again_at_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_totals jobs = { 0 };
    fc_job_backlog backlog = { .waiting = 7 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    FC_AUTO(fc_job_figures) figures = figures_of(store, HOUR_US);
    ASSERT_OK(fc_sql_run(fc_sqlite_of(store)->db, "ALTER TABLE accepted RENAME TO gone", &err),
              err);
    ASSERT_FAILS(FC_IO, fc_job_figures_read(figures, &jobs, &backlog, &err), err);
    ASSERT_OK(fc_sql_run(fc_sqlite_of(store)->db, "ALTER TABLE gone RENAME TO accepted", &err),
              err);
    ASSERT_FAILS(FC_IO, fc_job_figures_read(figures, &jobs, &backlog, &err), err);
    assert_int_equal(backlog.waiting, 7);
}

static void of_a_store_that_is_shared_nothing_is_asked_in_between(void **state)
{
    (void)state;
    fc_job_totals jobs = { 0 };
    fc_job_backlog backlog = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    FC_AUTO(fc_job_figures) figures = figures_of(store, HOUR_US);
    fc_stores_accept(store, FC_STORES_A);
    read_figures(figures, &jobs, &backlog);
    fc_stores_accept(store, FC_STORES_B);
    read_figures(figures, &jobs, &backlog);
    assert_int_equal(jobs.jobs[FC_JOB_QUEUED], 1);
    assert_int_equal(backlog.waiting, 1);
}

static void a_store_that_keeps_nothing_has_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_store *store = NULL;
    fc_job_totals jobs = { .picture_bytes = 7 };
    fc_job_backlog backlog = { .waiting = 7 };
    ASSERT_OK(fc_job_store_open(fc_stores_folder, 0, &store, &err), err);
    fc_job_figures *figures = figures_of(store, HOUR_US);
    read_figures(figures, &jobs, &backlog);
    assert_int_equal(jobs.picture_bytes + backlog.waiting, 0);
    fc_job_figures_free(figures);
    fc_job_store_close(store);
}

static void starting_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    FC_AUTO(fc_job_figures) figures = NULL;
    SWEEP_ALLOCATIONS(fc_job_figures_new(store, 0, &figures, &err), figures == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(one_process_knows_its_jobs_at_once_and_what_waits_later),
        FC_STORES_TEST(the_database_is_asked_again_when_its_time_has_come),
        FC_STORES_TEST(a_database_that_fails_is_not_asked_again_at_once),
        FC_STORES_TEST(a_store_that_keeps_nothing_has_nothing),
        FC_STORES_TEST(starting_survives_every_allocation_failure),
    };
    const struct CMUnitTest shared[] = {
        FC_POSTGRES_TEST(of_a_store_that_is_shared_nothing_is_asked_in_between),
    };
    const int failures = cmocka_run_group_tests_name("store/job_figures", tests, NULL, NULL);
    if (!fc_postgres_server_start()) {
        (void)fputs("PostgreSQL is not installed: its figures are not tested\n", stderr);
        return failures;
    }
    return failures + cmocka_run_group_tests_name("store/job_figures, PostgreSQL", shared, NULL,
                                                  fc_postgres_group_teardown);
}
