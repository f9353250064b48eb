#include "store/postgres_group.h"

#include <stdatomic.h>
#include <time.h>

#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

#define THREADS 5

/* A thread that wants a change. */
typedef struct wisher {
    fc_pg_member member; /* first */
    pthread_t thread;
    fc_postgres_store *store;
    fc_pg_change *change;
    bool bad;
    fc_status status;
    fc_error err;
} wisher;

static atomic_int calls;
static atomic_int made[THREADS + 3]; /* how many by each call */

static int count_waiting(fc_pg_group *group)
{
    int count = 0;
    (void)pthread_mutex_lock(&group->lock);
    for (const fc_pg_member *at = group->first; at != NULL; at = at->next) {
        count++;
    }
    (void)pthread_mutex_unlock(&group->lock);
    return count;
}

/* The first one is at the database until all others have come. */
static void note(fc_postgres_store *store, size_t count)
{
    const int call = atomic_fetch_add(&calls, 1);
    atomic_store(&made[call], (int)count);
    for (int i = 0; call == 0 && count_waiting(&store->accepting) < THREADS - 1; i++) {
        assert_true(i < 6000);
        const struct timespec pause = { .tv_nsec = 10000000 };
        (void)nanosleep(&pause, NULL);
    }
}

static fc_status make(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members, size_t count,
                      fc_error *err)
{
    assert_true(fc_pg_lives(pg));
    note(store, count);
    for (size_t i = 0; i < count; i++) {
        if (((const wisher *)members[i])->bad) {
            return fc_fail(err, FC_IO, "one of %zu is bad", count);
        }
    }
    return FC_OK;
}

static fc_status leave_bad_ones_out(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members,
                                    size_t count, fc_error *err)
{
    (void)pg;
    (void)err;
    note(store, count);
    for (size_t i = 0; i < count; i++) {
        if (((const wisher *)members[i])->bad) {
            members[i]->status = fc_fail(&members[i]->err, FC_NOT_FOUND, "it is bad");
        }
    }
    return FC_OK;
}

static fc_status lose(fc_postgres_store *store, fc_pg *pg, fc_pg_member **members, size_t count,
                      fc_error *err)
{
    (void)members;
    note(store, count);
    return fc_pg_run(pg, "SELECT pg_terminate_backend(pg_backend_pid())", err);
}

static void *wish(void *context)
{
    wisher *self = context;
    self->status = fc_pg_group_join(self->store, &self->store->accepting, self->change,
                                    &self->member, &self->err);
    return NULL;
}

static void wish_together(fc_job_store *store, fc_pg_change *change, wisher wishers[THREADS])
{
    atomic_store(&calls, 0);
    for (int i = 0; i < THREADS; i++) {
        wishers[i] =
            (wisher){ .store = fc_postgres_of(store), .change = change, .bad = i == THREADS - 1 };
        assert_int_equal(pthread_create(&wishers[i].thread, NULL, wish, &wishers[i]), 0);
        while (i == 0 && atomic_load(&calls) == 0) { /* so that it is the first one */
            const struct timespec pause = { .tv_nsec = 1000000 };
            (void)nanosleep(&pause, NULL);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(wishers[i].thread, NULL), 0);
    }
}

static void those_that_come_meanwhile_are_made_together(void **state)
{
    (void)state;
    wisher wishers[THREADS];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    wish_together(store, leave_bad_ones_out, wishers);
    assert_int_equal(atomic_load(&calls), 2);
    assert_int_equal(atomic_load(&made[0]), 1); /* it has not waited */
    assert_int_equal(atomic_load(&made[1]), THREADS - 1);
    for (int i = 0; i < THREADS - 1; i++) {
        assert_int_equal(wishers[i].status, FC_OK);
    }
    assert_int_equal(wishers[THREADS - 1].status, FC_NOT_FOUND);
    assert_string_equal(wishers[THREADS - 1].err.text, "it is bad");
}

static void one_that_fails_does_not_take_the_others_along(void **state)
{
    (void)state;
    wisher wishers[THREADS];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    wish_together(store, make, wishers);
    assert_int_equal(atomic_load(&calls), 2 + THREADS - 1); /* each alone in the end */
    for (int i = 0; i < THREADS - 1; i++) {
        assert_int_equal(wishers[i].status, FC_OK);
    }
    assert_int_equal(wishers[THREADS - 1].status, FC_IO);
    assert_string_equal(wishers[THREADS - 1].err.text, "one of 1 is bad");
}

static void a_connection_that_is_lost_leaves_doubt_for_all(void **state)
{
    (void)state;
    wisher wishers[THREADS];
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    wish_together(store, lose, wishers);
    assert_int_equal(atomic_load(&calls), 2); /* nobody knows, so it is not made again */
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(wishers[i].status, FC_BUSY);
        assert_true(wishers[i].member.doubtful);
    }
}

static void without_a_database_nothing_is_made(void **state)
{
    (void)state;
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    wisher self = { .store = fc_postgres_of(store), .change = make };
    fc_postgres_server_kill();
    while (fc_pg_idles(self.store->pool.idle[0])) { /* its process has not quite ended */
    }
    atomic_store(&calls, 0);
    (void)wish(&self);
    assert_int_equal(self.status, FC_BUSY);
    assert_false(self.member.doubtful);
    assert_int_equal(atomic_load(&calls), 0);
    fc_postgres_server_resume();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(those_that_come_meanwhile_are_made_together),
        FC_POSTGRES_TEST(one_that_fails_does_not_take_the_others_along),
        FC_POSTGRES_TEST(a_connection_that_is_lost_leaves_doubt_for_all),
        FC_POSTGRES_TEST(without_a_database_nothing_is_made),
    };
    return cmocka_run_group_tests_name("store/postgres_group", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
