#include "store/postgres_schema.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static fc_status prepare(fc_error *err)
{
    FC_AUTO(fc_pg) pg = NULL;
    FC_TRY(fc_pg_connect(fc_postgres_server_address(), &pg, err));
    return fc_postgres_schema_prepare(pg, err);
}

static void assert_refused(const char *says)
{
    fc_error err = { 0 };
    ASSERT_FAILS(FC_IO, prepare(&err), err);
    if (strstr(err.text, says) == NULL) {
        fail_msg("\"%s\" should say \"%s\"", err.text, says);
    }
}

static void tables_are_made_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(prepare(&err), err);
    fc_postgres_server_run("UPDATE facecraft.service SET probes = 7");
    ASSERT_OK(prepare(&err), err);
    assert_int_equal(fc_postgres_server_ask("SELECT probes FROM facecraft.service"), 7);
}

/* What version 1 has made, with jobs in every state (pg_dump): the tests run in the repository. */
static void load_version_1(void)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(sql, 0);
    ASSERT_OK(fc_file_read("tests/data/postgres_1.sql", (size_t)1 << 20, &sql, &err), err);
    fc_postgres_server_run(fc_buffer_text(&sql));
}

static void an_older_database_is_brought_up_to_date_with_its_jobs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    load_version_1();
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_job_totals totals = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 3);
    assert_int_equal(totals.jobs[FC_JOB_RUNNING], 1);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
    assert_int_equal(totals.picture_bytes, 9);
    assert_int_equal(totals.callbacks_waiting, 1);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    assert_int_equal(fc_stores_state(store, FC_STORES_B), FC_JOB_SUCCEEDED);
    assert_int_equal(fc_stores_state(store, "0000000000000000000000000000000d"), FC_JOB_RUNNING);
    char id[FC_JOB_ID_SIZE];
    assert_true(fc_stores_claim(store, id));
    assert_string_equal(id, FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, id, &ending, &err), err);
    ASSERT_OK(fc_job_store_delete(store, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_QUEUED], 2);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 1);
    assert_int_equal(totals.picture_bytes, 18);
}

static void an_older_database_that_cannot_be_changed_stays_as_it_was(void **state)
{
    (void)state;
    load_version_1();
    fc_postgres_server_run("CREATE FUNCTION facecraft.too_late() RETURNS int LANGUAGE sql AS"
                           " 'SELECT 1'"); /* somebody else's */
    assert_refused("too_late");
    assert_int_equal(fc_postgres_server_ask("SELECT version FROM facecraft.service"), 1);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM pg_trigger"
                                            " WHERE tgname IN ('jobs_in', 'accepted_out')"),
                     2);
}

static void a_newer_database_is_refused_untouched(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(prepare(&err), err);
    fc_postgres_server_run("UPDATE facecraft.service SET version = 3");
    assert_refused("has version 3, this facecraft knows versions 1 to 2");
    fc_postgres_server_run("DELETE FROM facecraft.service");
    assert_refused("has version -1");
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.service"), 0);
}

static void a_schema_of_somebody_else_is_refused_untouched(void **state)
{
    (void)state;
    fc_postgres_server_run("CREATE SCHEMA facecraft; CREATE TABLE facecraft.theirs (a int)");
    assert_refused("belongs to another program");
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM pg_tables"
                                            " WHERE schemaname = 'facecraft'"),
                     1);
}

static void a_user_who_may_make_no_schema_is_told_so(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char address[128];
    FC_AUTO(fc_pg) pg = NULL;
    fc_postgres_server_run("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN");
    (void)snprintf(address, sizeof address, "%s&user=guest", fc_postgres_server_address());
    ASSERT_OK(fc_pg_connect(address, &pg, &err), err);
    ASSERT_FAILS(FC_IO, fc_postgres_schema_prepare(pg, &err), err);
    assert_non_null(strstr(err.text, "permission denied"));
}

static void *prepare_in_thread(void *out)
{
    *(fc_status *)out = prepare(NULL);
    return NULL;
}

static void processes_that_start_together_make_them_once(void **state)
{
    (void)state;
    pthread_t threads[6];
    fc_status statuses[6];
    for (int i = 0; i < 6; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, prepare_in_thread, &statuses[i]), 0);
    }
    for (int i = 0; i < 6; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(statuses[i], FC_OK);
    }
    assert_int_equal(fc_postgres_server_ask("SELECT version FROM facecraft.service"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(tables_are_made_once),
        FC_POSTGRES_TEST(an_older_database_is_brought_up_to_date_with_its_jobs),
        FC_POSTGRES_TEST(an_older_database_that_cannot_be_changed_stays_as_it_was),
        FC_POSTGRES_TEST(a_newer_database_is_refused_untouched),
        FC_POSTGRES_TEST(a_schema_of_somebody_else_is_refused_untouched),
        FC_POSTGRES_TEST(a_user_who_may_make_no_schema_is_told_so),
        FC_POSTGRES_TEST(processes_that_start_together_make_them_once),
    };
    return cmocka_run_group_tests_name("store/postgres_schema", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
