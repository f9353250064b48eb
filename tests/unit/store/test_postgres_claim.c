#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/job_store.h"
#include "store/postgres_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static fc_status finish(fc_job_store *store, const char *id, const char *picture, fc_error *err)
{
    const fc_job_picture png = { FC_PICTURE_PNG, 1, fc_stores_bytes(picture) };
    const fc_job_ending ending = fc_stores_ending(&png, 1);
    return fc_job_store_finish(store, id, &ending, err);
}

static void assert_picture(fc_job_store *store, const char *id, const char *expected)
{
    fc_error err = { 0 };
    char bytes[16] = "";
    int descriptor = -1;
    fc_stored_picture picture = { 0 };
    ASSERT_OK(fc_job_store_open_picture(store, id, FC_PICTURE_PNG, 1, &descriptor, &picture, &err),
              err);
    assert_true(read(descriptor, bytes, sizeof bytes - 1) > 0);
    assert_int_equal(close(descriptor), 0);
    assert_string_equal(bytes, expected);
}

static size_t count_lost(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_accepted_job *lost = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_renew(store, &lost, &count, &err), err);
    fc_memory_free(lost);
    return count;
}

static void who_was_frozen_too_long_ends_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    assert_false(fc_stores_claim(second, id));
    fc_postgres_server_outlast();
    assert_true(fc_stores_claim(second, id));
    ASSERT_FAILS(FC_NOT_FOUND, finish(first, FC_STORES_A, "of the first", &err), err);
    assert_int_equal(fc_stores_state(first, FC_STORES_A), FC_JOB_RUNNING);
    ASSERT_OK(finish(second, FC_STORES_A, "of the second", &err), err);
    assert_picture(first, FC_STORES_A, "of the second");
    assert_true(fc_job_store_settle(first));
    assert_true(fc_job_store_settle(second));
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
}

static void who_has_lost_a_claim_is_told_once_and_still_ends_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    fc_postgres_server_outlast();
    assert_true(fc_stores_claim(second, id));
    assert_int_equal(count_lost(first), 1);
    assert_int_equal(count_lost(first), 0);
    ASSERT_FAILS(FC_NOT_FOUND, finish(first, FC_STORES_A, "of the first", &err), err);
    assert_int_equal(count_lost(second), 0);
    ASSERT_OK(finish(second, FC_STORES_A, "of the second", &err), err);
}

static void what_was_lost_is_not_claimed_again_before_its_work_has_ended(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    for (int ended = 0; ended <= 1; ended++) {
        const char *job = ended ? FC_STORES_B : FC_STORES_A;
        fc_stores_accept(first, job);
        assert_true(fc_stores_claim(first, id));
        fc_postgres_server_outlast();
        assert_true(fc_stores_claim(second, id));
        ASSERT_OK(fc_job_store_release(second, job, &err), err);
        fc_postgres_of(first)->renewed_us = 0;
        assert_int_equal(count_lost(first), 1);
        assert_false(fc_stores_claim(first, id)); /* it would end in the new one's name */
        if (ended) {
            ASSERT_FAILS(FC_NOT_FOUND, finish(first, job, "of the lost", &err), err);
        } else {
            ASSERT_OK(fc_job_store_release(first, job, &err), err);
        }
        assert_true(fc_stores_claim(first, id));
        ASSERT_OK(finish(first, job, "of the new", &err), err);
    }
}

static void what_is_renewed_is_not_lost(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    fc_postgres_server_outlast();
    assert_int_equal(count_lost(first), 0); /* late, but nobody has noticed */
    assert_false(fc_stores_claim(second, id));
}

static void a_process_that_ends_gives_back_what_it_holds(void **state)
{
    (void)state;
    char id[FC_JOB_ID_SIZE];
    fc_job_store *first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    fc_job_store_close(first);
    assert_true(fc_stores_claim(second, id));
    assert_int_equal(fc_postgres_server_ask("SELECT crashes FROM facecraft.accepted"), 0);
}

static void a_dead_job_keeps_its_photo_until_it_expires(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_stores_accept(store, FC_STORES_A);
    for (int i = 0; i < FC_JOB_CRASHES_MAX; i++) {
        assert_true(fc_stores_claim(store, id));
        fc_postgres_server_outlast();
    }
    assert_false(fc_stores_claim(store, id));
    ASSERT_FAILS(FC_NOT_FOUND, finish(store, FC_STORES_A, "too late", &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_FAILED);
    fc_job_backlog backlog = { 0 };
    ASSERT_OK(fc_job_store_backlog(store, &backlog, &err), err);
    assert_int_equal(backlog.dead, 1);
    assert_int_equal(backlog.waiting + backlog.claimed, 0);
    assert_true(fc_stores_has(FC_STORES_A ".photo"));
    fc_job_store_set_room(store, (fc_job_room){ 1, 5 });
    fc_stores_accept(store, FC_STORES_B); /* it takes no room */
    ASSERT_OK(fc_job_store_expire(store, INT64_C(1) << 40, NULL, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), -1);
    assert_false(fc_stores_has(FC_STORES_A ".photo"));
}

static void a_dead_job_is_tried_again_where_somebody_wants_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_job jobs[2] = { fc_stores_job(FC_STORES_B), fc_stores_job(FC_STORES_A) };
    const fc_bytes photos[2] = { { 0 }, fc_stores_bytes("photo") };
    (void)snprintf(jobs[1].batch, sizeof jobs[1].batch, FC_STORES_B);
    jobs[1].number = 1;
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 2, (fc_bytes){ 0 }, "", &err), err);
    for (int i = 0; i < FC_JOB_CRASHES_MAX; i++) {
        assert_true(fc_stores_claim(store, id));
        assert_string_equal(id, FC_STORES_A);
        fc_postgres_server_outlast();
    }
    fc_accepted_job *none = NULL;
    size_t count = 0;
    ASSERT_OK(fc_job_store_claim(store, 0, &none, &count, &err), err);
    assert_true(fc_stores_claim(store, id));
    assert_string_equal(id, FC_STORES_B); /* its photo is dead, so it ends */
    ASSERT_OK(fc_job_store_release(store, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_retry(store, FC_STORES_A, &err), err);
    assert_int_equal(fc_stores_state(store, FC_STORES_A), FC_JOB_QUEUED);
    assert_true(fc_stores_claim(store, id));
    assert_string_equal(id, FC_STORES_A);
    assert_false(fc_stores_claim(store, id)); /* the batch waits for it again */
    ASSERT_OK(finish(store, FC_STORES_A, "picture", &err), err);
    assert_true(fc_stores_claim(store, id));
    assert_string_equal(id, FC_STORES_B);
}

/* ---- many at once ---------------------------------------------------------------------------- */

#define WORKERS 4
#define JOBS 60

typedef struct worker {
    int number;
    int done;
    int ended_twice;
} worker;

static void job_id(int number, char id[FC_JOB_ID_SIZE])
{
    (void)snprintf(id, FC_JOB_ID_SIZE, "%032x", number);
}

/* Claims and finishes until there is nothing left; each third job is given back once. */
static void *work(void *context)
{
    worker *self = context;
    fc_job_store *store = fc_postgres_server_open();
    char id[FC_JOB_ID_SIZE];
    for (int i = 0; fc_stores_claim(store, id); i++) {
        fc_error err = { 0 };
        if (i % 3 == 2) {
            ASSERT_OK(fc_job_store_release(store, id, &err), err);
            continue;
        }
        const fc_status status = finish(store, id, "picture", &err);
        self->done += status == FC_OK ? 1 : 0;
        self->ended_twice += finish(store, id, "again", &err) == FC_OK ? 1 : 0;
    }
    fc_job_store_close(store);
    return NULL;
}

static void many_workers_end_each_job_once(void **state)
{
    (void)state;
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    for (int i = 0; i < JOBS; i++) {
        char id[FC_JOB_ID_SIZE];
        job_id(i, id);
        fc_stores_accept(store, id);
    }
    pthread_t threads[WORKERS];
    worker workers[WORKERS] = { 0 };
    for (int i = 0; i < WORKERS; i++) {
        workers[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    int done = 0;
    for (int i = 0; i < WORKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        done += workers[i].done;
        assert_int_equal(workers[i].ended_twice, 0);
    }
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    assert_int_equal(done, JOBS);
    ASSERT_OK(fc_job_store_count(store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], JOBS);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.doomed"), 0);
    assert_int_equal(fc_postgres_server_ask("SELECT count(*) FROM facecraft.pictures"), JOBS);
}

/* As if all that was claimed before were in the way: the next claims begin where the last one has
 * found something. */
static void a_claim_that_begins_in_the_middle_misses_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) first = fc_postgres_server_open();
    FC_AUTO(fc_job_store) second = fc_postgres_server_open();
    fc_stores_accept(first, FC_STORES_A);
    fc_stores_accept(first, FC_STORES_B);
    fc_stores_accept(first, FC_STORES_C);
    assert_true(fc_stores_claim(second, id));
    assert_string_equal(id, FC_STORES_A);
    assert_true(fc_stores_claim(first, id));
    assert_string_equal(id, FC_STORES_B);
    ASSERT_OK(fc_job_store_release(second, FC_STORES_A, &err), err);
    fc_postgres_of(first)->search.front_us = INT64_MAX;
    assert_true(fc_stores_claim(first, id));
    assert_string_equal(id, FC_STORES_C);
    assert_true(fc_stores_claim(first, id)); /* there is nothing more from there on */
    assert_string_equal(id, FC_STORES_A);
    fc_postgres_of(first)->search.front_us = INT64_MAX;
    ASSERT_OK(fc_job_store_release(first, FC_STORES_B, &err), err);
    ASSERT_OK(fc_job_store_release(first, FC_STORES_C, &err), err);
    assert_true(fc_stores_claim(first, id)); /* what it has given back it has not forgotten */
    assert_string_equal(id, FC_STORES_B);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(who_was_frozen_too_long_ends_nothing),
        FC_POSTGRES_TEST(who_has_lost_a_claim_is_told_once_and_still_ends_nothing),
        FC_POSTGRES_TEST(what_was_lost_is_not_claimed_again_before_its_work_has_ended),
        FC_POSTGRES_TEST(what_is_renewed_is_not_lost),
        FC_POSTGRES_TEST(a_process_that_ends_gives_back_what_it_holds),
        FC_POSTGRES_TEST(a_dead_job_keeps_its_photo_until_it_expires),
        FC_POSTGRES_TEST(a_dead_job_is_tried_again_where_somebody_wants_it),
        FC_POSTGRES_TEST(many_workers_end_each_job_once),
        FC_POSTGRES_TEST(a_claim_that_begins_in_the_middle_misses_nothing),
    };
    return cmocka_run_group_tests_name("store/postgres_claim", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
