#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "store/job_store.h"
#include "store/postgres_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

/* The connection dies in the middle of the change, once. */
static void an_ending_is_tried_again_on_a_new_connection(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    char id[FC_JOB_ID_SIZE];
    fc_stores_accept(store, FC_STORES_A);
    assert_true(fc_stores_claim(store, id));
    fc_postgres_server_run(
        "CREATE SEQUENCE facecraft.deaths;"
        "CREATE FUNCTION facecraft.die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('facecraft.deaths') = 1 THEN"
        "  PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN new; END $$;"
        "CREATE TRIGGER die BEFORE INSERT ON facecraft.pictures FOR EACH ROW"
        " EXECUTE FUNCTION facecraft.die()");
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_OK(fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
    assert_int_equal(fc_postgres_server_ask("SELECT last_value FROM facecraft.deaths"), 3);
    assert_true(fc_job_store_settle(store));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
    assert_int_equal(fc_stores_count(), 2);
}

/* Another thread ends a job. */
typedef struct ender {
    fc_job_store *store;
    char id[FC_JOB_ID_SIZE];
    fc_status status;
} ender;

static void *end_job(void *context)
{
    ender *self = context;
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    self->status = fc_job_store_finish(self->store, self->id, &ending, NULL);
    return NULL;
}

/* Whatever the moment is at which the server dies, the job ends once and nothing is left over. */
static void an_ending_survives_the_death_of_the_server(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    for (int i = 0; i < 6; i++) {
        pthread_t thread;
        char id[FC_JOB_ID_SIZE];
        ender self = { .store = store };
        (void)snprintf(self.id, sizeof self.id, "%032x", (unsigned)i);
        fc_stores_accept(store, self.id);
        assert_true(fc_stores_claim(store, id));
        assert_int_equal(pthread_create(&thread, NULL, end_job, &self), 0);
        const struct timespec pause = { .tv_nsec = i * 1000000L };
        (void)nanosleep(&pause, NULL);
        fc_postgres_server_kill();
        fc_postgres_server_resume();
        assert_int_equal(pthread_join(thread, NULL), 0);
        fc_postgres_server_await(store);
        if (self.status == FC_BUSY) { /* not even begun */
            (void)end_job(&self);
        }
        assert_int_equal(self.status, FC_OK);
        assert_int_equal(fc_stores_state(store, self.id), FC_JOB_SUCCEEDED);
    }
    fc_postgres_server_run("UPDATE facecraft.doomed SET due = now()");
    ASSERT_OK(fc_job_store_expire(store, (int64_t)time(NULL), NULL, &err), err);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.pictures"), 12);
    assert_int_equal(fc_stores_count(), 12);
}

/* Many threads of one process, whose endings are recorded together; one has no job. */
static void endings_that_come_together_are_each_its_own(void **state)
{
    (void)state;
    enum { ENDERS = 12 };
    ender enders[ENDERS];
    pthread_t threads[ENDERS];
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    for (int i = 0; i < ENDERS; i++) {
        enders[i] = (ender){ .store = store };
        (void)snprintf(enders[i].id, sizeof enders[i].id, "%032x", (unsigned)i);
        if (i > 0) {
            fc_stores_accept(store, enders[i].id);
            assert_true(fc_stores_claim(store, id));
        }
    }
    for (int i = 0; i < ENDERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, end_job, &enders[i]), 0);
    }
    for (int i = 0; i < ENDERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(enders[i].status, i > 0 ? FC_OK : FC_NOT_FOUND);
        assert_int_equal(fc_stores_state(store, enders[i].id), i > 0 ? FC_JOB_SUCCEEDED : -1);
    }
    assert_true(fc_job_store_settle(store));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
    assert_int_equal(fc_stores_count(), 2 * (ENDERS - 1));
    fc_job_totals totals = { 0 };
    fc_error err = { 0 };
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], ENDERS - 1);
    assert_int_equal(totals.picture_bytes, 18 * (ENDERS - 1));
}

/* The pictures took longer than an hour: somebody is removing them already. */
static void an_ending_whose_pictures_were_given_up_is_not_recorded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_postgres_server_run("CREATE FUNCTION facecraft.give_up() RETURNS trigger LANGUAGE plpgsql"
                           " AS $$ BEGIN new.taken = true; RETURN new; END $$;"
                           "CREATE TRIGGER give_up BEFORE INSERT ON facecraft.doomed FOR EACH ROW"
                           " EXECUTE FUNCTION facecraft.give_up()");
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_BUSY, fc_job_store_save(store, &job, &ending, &err), err);
    assert_string_equal(err.text, "pictures took so long to be written that they were given up");
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_int_equal(fc_stores_count(), 0);
}

static void what_is_unknown_is_neither_ended_nor_deleted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_job_store_delete(store, FC_STORES_A, &err), err);
    assert_int_equal(fc_stores_count(), 0);
    assert_true(fc_job_store_settle(store));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
}

static void an_id_is_one_jobs_in_all_processes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    const fc_job job = fc_stores_job(FC_STORES_A);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    fc_stores_save(first, FC_STORES_A);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_job_store_save(second, &job, &ending, &err), err);
    assert_int_equal(fc_stores_count(), 2); /* those of the first */
    assert_true(fc_job_store_settle(second));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
}

static void only_what_is_a_fault_of_the_job_ends_it(void **state)
{
    (void)state;
    const fc_error away = { FC_BUSY, "the database is away" };
    const fc_error broken = { FC_IO, "the photo is broken" };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    fc_job_store_fail(first, FC_STORES_A, &away);
    assert_true(fc_stores_claim(second, id)); /* it was given back at once */
    fc_job_store_fail(first, FC_STORES_B, &broken);
    assert_int_equal(fc_stores_state(first, FC_STORES_B), -1);
    fc_job_store_fail(second, FC_STORES_A, &broken);
    assert_true(fc_job_store_settle(second));
    assert_int_equal(fc_stores_state(first, FC_STORES_A), FC_JOB_FAILED);
    assert_int_equal(fc_stores_count(), 0);
}

static void what_has_expired_is_deleted_by_one_process(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const int64_t later_s = (int64_t)time(NULL) + 25 * 3600;
    int64_t deleted = 0;
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_save(first, FC_STORES_A);
    fc_stores_save(first, FC_STORES_B);
    ASSERT_OK(fc_job_store_delete(second, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_expire(second, later_s, &deleted, &err), err);
    assert_int_equal(deleted, 1);
    ASSERT_OK(fc_job_store_expire(first, later_s, &deleted, &err), err);
    assert_int_equal(deleted, 0);
    assert_int_equal(fc_stores_count(), 0);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.totals"), 0);
}

static fc_status put_without_an_answer(fc_blobs *blobs, const char *name, fc_bytes bytes,
                                       fc_error *err)
{
    (void)blobs;
    (void)name;
    (void)bytes;
    return fc_fail(err, FC_BUSY, "no answer");
}

static void what_may_still_be_written_is_removed_later(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_blobs *blobs = fc_postgres_of(store)->blobs;
    const fc_blob_engine *good = blobs->engine;
    fc_blob_engine hanging = *good;
    hanging.put = put_without_an_answer;
    fc_stores_accept(store, FC_STORES_A);
    assert_true(fc_stores_claim(store, id));
    const fc_job other = fc_stores_job(FC_STORES_B);
    const fc_bytes photo = fc_stores_bytes("photo");
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    blobs->engine = &hanging;
    ASSERT_FAILS(FC_BUSY, fc_job_store_finish(store, id, &ending, &err), err);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 2);
    ASSERT_FAILS(FC_BUSY, fc_job_store_accept(store, &other, &photo, 1, (fc_bytes){ 0 }, "", &err),
                 err);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 3);
    blobs->engine = good;
    ASSERT_OK(fc_job_store_finish(store, id, &ending, &err), err);
}

/* Of this program: ahead where a case says so. */
static int64_t ahead_s;

time_t time(time_t *out)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec + ahead_s;
    }
    return now.tv_sec + ahead_s;
}

static void a_machine_whose_clock_is_wrong_deletes_nobodys_jobs(void **state)
{
    (void)state;
    fc_error err = { 0 };
    int64_t deleted = 0;
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_stores_save(store, FC_STORES_A);
    ahead_s = 25 * 3600;
    const int64_t machine_s = (int64_t)time(NULL);
    const int64_t now_s = fc_job_store_now_s(store);
    const fc_status status = fc_job_store_expire(store, now_s, &deleted, &err);
    ahead_s = 0;
    ASSERT_OK(status, err);
    assert_int_equal(deleted, 0);
    assert_true(machine_s - now_s > 24 * 3600);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_SUCCEEDED);
}

static void without_its_database_nothing_is_ended_or_deleted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    const fc_job job = fc_stores_job(FC_STORES_B);
    const fc_job_ending ending = fc_stores_ending(fc_stores_pictures(), 2);
    fc_stores_accept(store, FC_STORES_A);
    assert_true(fc_stores_claim(store, id));
    fc_postgres_server_kill();
    ASSERT_FAILS(FC_BUSY, fc_job_store_finish(store, FC_STORES_A, &ending, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_save(store, &job, &ending, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_delete(store, FC_STORES_A, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_job_store_expire(store, (int64_t)time(NULL), NULL, &err), err);
    assert_int_equal(fc_stores_count(), 1); /* the photo */
    fc_postgres_server_resume();
    fc_postgres_server_await(store);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_RUNNING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(an_ending_is_tried_again_on_a_new_connection),
        FC_POSTGRES_TEST(an_ending_survives_the_death_of_the_server),
        FC_POSTGRES_TEST(endings_that_come_together_are_each_its_own),
        FC_POSTGRES_TEST(an_ending_whose_pictures_were_given_up_is_not_recorded),
        FC_POSTGRES_TEST(what_is_unknown_is_neither_ended_nor_deleted),
        FC_POSTGRES_TEST(an_id_is_one_jobs_in_all_processes),
        FC_POSTGRES_TEST(only_what_is_a_fault_of_the_job_ends_it),
        FC_POSTGRES_TEST(what_has_expired_is_deleted_by_one_process),
        FC_POSTGRES_TEST(what_may_still_be_written_is_removed_later),
        FC_POSTGRES_TEST(a_machine_whose_clock_is_wrong_deletes_nobodys_jobs),
        FC_POSTGRES_TEST(without_its_database_nothing_is_ended_or_deleted),
    };
    return cmocka_run_group_tests_name("store/postgres_end", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
