#define _GNU_SOURCE /* pthread_timedjoin_np */
#include "store/postgres_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "support/fc_test.h"
#include "support/postgres.h"

static void open_pool(fc_pg_pool *pool)
{
    fc_error err = { 0 };
    ASSERT_OK(fc_pg_pool_open(pool, fc_postgres_server_address(), &err), err);
}

static fc_pg *take(fc_pg_pool *pool)
{
    fc_error err = { 0 };
    fc_pg *pg = NULL;
    ASSERT_OK(fc_pg_pool_take(pool, &pg, &err), err);
    assert_true(fc_pg_lives(pg));
    return pg;
}

static void give(fc_pg_pool *pool, fc_pg *pg)
{
    assert_int_equal(fc_pg_pool_give(pool, pg, FC_NOT_FOUND), FC_NOT_FOUND);
}

static void a_connection_is_used_again(void **state)
{
    (void)state;
    fc_pg_pool pool;
    open_pool(&pool);
    fc_pg *first = take(&pool);
    give(&pool, first);
    assert_ptr_equal(take(&pool), first);
    fc_pg *second = take(&pool);
    assert_ptr_not_equal(second, first);
    give(&pool, first);
    give(&pool, second);
    assert_int_equal(pool.open_count, 2);
    fc_pg_pool_close(&pool);
}

static void *take_in_thread(void *pool)
{
    return take(pool);
}

static void there_are_few_and_whoever_wants_more_waits(void **state)
{
    (void)state;
    fc_pg_pool pool;
    fc_pg *taken[FC_PG_POOL_MAX];
    pthread_t thread;
    void *late = NULL;
    open_pool(&pool);
    for (int i = 0; i < FC_PG_POOL_MAX; i++) {
        taken[i] = take(&pool);
    }
    assert_int_equal(pthread_create(&thread, NULL, take_in_thread, &pool), 0);
    give(&pool, taken[0]);
    assert_int_equal(pthread_join(thread, &late), 0);
    assert_ptr_equal(late, taken[0]);
    assert_int_equal(pool.open_count, FC_PG_POOL_MAX);
    for (int i = 0; i < FC_PG_POOL_MAX; i++) {
        give(&pool, taken[i]);
    }
    fc_pg_pool_close(&pool);
}

static void what_was_lost_meanwhile_is_not_given_out(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg_pool pool;
    open_pool(&pool);
    fc_pg *first = take(&pool);
    fc_pg *second = take(&pool);
    give(&pool, first);
    fc_postgres_server_kill();
    while (fc_pg_idles(first)) { /* its process has not quite ended */
    }
    ASSERT_FAILS(FC_BUSY, fc_pg_run(second, "SELECT 1", &err), err);
    give(&pool, second);
    fc_pg *none = NULL;
    ASSERT_FAILS(FC_BUSY, fc_pg_pool_take(&pool, &none, &err), err);
    ASSERT_FAILS(FC_BUSY, fc_pg_pool_take(&pool, &none, &err), err); /* told at once */
    assert_null(none);
    assert_int_equal(pool.open_count, 0);
    fc_postgres_server_resume();
    pool.connect_us = 0;
    give(&pool, take(&pool));
    fc_pg_pool_close(&pool);
}

/* As many as there may be: there is room for others when these are given up. */
static void all_that_were_lost_make_room(void **state)
{
    (void)state;
    fc_pg_pool pool;
    fc_pg *taken[FC_PG_POOL_MAX];
    open_pool(&pool);
    for (int i = 0; i < FC_PG_POOL_MAX; i++) {
        taken[i] = take(&pool);
    }
    for (int i = 0; i < FC_PG_POOL_MAX; i++) {
        give(&pool, taken[i]);
    }
    fc_postgres_server_kill();
    fc_postgres_server_resume();
    for (int i = 0; i < FC_PG_POOL_MAX; i++) {
        while (fc_pg_idles(taken[i])) { /* its process has not quite ended */
        }
    }
    give(&pool, take(&pool));
    assert_int_equal(pool.open_count, 1);
    fc_pg_pool_close(&pool);
}

typedef struct latecomer {
    fc_pg_pool *pool;
    atomic_int *came;
    fc_status status;
} latecomer;

static void *ask_for_one(void *context)
{
    latecomer *self = context;
    fc_pg *none = NULL;
    atomic_fetch_add(self->came, 1);
    self->status = fc_pg_pool_take(self->pool, &none, NULL);
    return NULL;
}

/* The last one is lost while several wait for it, and no other can be had. */
static void all_who_wait_are_told_that_there_is_none(void **state)
{
    (void)state;
    enum { COUNT = 3 };
    fc_error err = { 0 };
    fc_pg_pool pool;
    pthread_t threads[COUNT];
    latecomer waiting[COUNT];
    atomic_int came = 0;
    open_pool(&pool);
    fc_pg *last = take(&pool);
    pool.connect_us = INT64_MAX;
    pool.refusal = (fc_error){ FC_BUSY, "away" };
    for (int i = 0; i < COUNT; i++) {
        waiting[i] = (latecomer){ .pool = &pool, .came = &came };
        assert_int_equal(pthread_create(&threads[i], NULL, ask_for_one, &waiting[i]), 0);
    }
    const struct timespec pause = { .tv_nsec = 50000000 };
    do { /* who comes later is told at once, which is right as well */
        (void)nanosleep(&pause, NULL);
    } while (atomic_load(&came) < COUNT);
    ASSERT_FAILS(FC_BUSY, fc_pg_run(last, "SELECT pg_terminate_backend(pg_backend_pid())", &err),
                 err);
    give(&pool, last);
    const struct timespec end = { .tv_sec = time(NULL) + 60 };
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pthread_timedjoin_np(threads[i], NULL, &end), 0);
        assert_int_equal(waiting[i].status, FC_BUSY);
    }
    fc_pg_pool_close(&pool);
}

static void a_newer_version_of_the_database_leaves_the_connections_that_there_are(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg_pool pool;
    pthread_t thread;
    void *late = NULL;
    fc_pg *none = NULL;
    open_pool(&pool);
    fc_pg *first = take(&pool);
    fc_postgres_server_run("UPDATE facecraft.service SET version = version + 1");
    assert_int_equal(pthread_create(&thread, NULL, take_in_thread, &pool), 0);
    give(&pool, first);
    assert_int_equal(pthread_join(thread, &late), 0);
    assert_ptr_equal(late, first);
    fc_pg_close(first);
    pool.open_count = 0;
    pool.connect_us = 0;
    ASSERT_FAILS(FC_IO, fc_pg_pool_take(&pool, &none, &err), err);
    assert_non_null(strstr(err.text, "has version"));
    fc_pg_pool_close(&pool);
}

static void an_address_that_is_none_is_refused_whenever_it_is_wanted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_pg *none = NULL;
    fc_pg_pool pool;
    ASSERT_OK(fc_pg_pool_open(&pool, "here", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_pg_pool_take(&pool, &none, &err), err);
    assert_int_equal(pool.open_count, 0);
    fc_pg_pool_close(&pool);
    fc_pg_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(a_connection_is_used_again),
        FC_POSTGRES_TEST(there_are_few_and_whoever_wants_more_waits),
        FC_POSTGRES_TEST(what_was_lost_meanwhile_is_not_given_out),
        FC_POSTGRES_TEST(all_that_were_lost_make_room),
        FC_POSTGRES_TEST(all_who_wait_are_told_that_there_is_none),
        FC_POSTGRES_TEST(a_newer_version_of_the_database_leaves_the_connections_that_there_are),
        FC_POSTGRES_TEST(an_address_that_is_none_is_refused_whenever_it_is_wanted),
    };
    return cmocka_run_group_tests_name("store/postgres_pool", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
