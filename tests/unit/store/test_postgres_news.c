#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "store/job_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"

static bool await(fc_job_store *store)
{
    fc_error err = { 0 };
    bool news = false;
    ASSERT_OK(fc_job_store_await(store, &news, &err), err);
    return news;
}

/* A process with a thread for news, as the service has one. */
typedef struct process {
    fc_job_store *store;
    pthread_t thread;
    atomic_bool over;
    atomic_int news; /* the first: it listens */
} process;

static void *hear(void *context)
{
    process *self = context;
    while (!atomic_load(&self->over)) {
        bool news = false;
        if (fc_job_store_await(self->store, &news, NULL) == FC_OK && news) {
            atomic_fetch_add(&self->news, 1);
        }
    }
    return NULL;
}

static void await_news(process *self, int count)
{
    for (int i = 0; atomic_load(&self->news) < count; i++) {
        assert_true(i < 6000);
        const struct timespec pause = { .tv_nsec = 10000000 };
        (void)nanosleep(&pause, NULL);
    }
}

static void begin(process *self)
{
    *self = (process){ .store = fc_postgres_server_open() };
    assert_int_equal(pthread_create(&self->thread, NULL, hear, self), 0);
    await_news(self, 1);
}

static void end(process *self)
{
    atomic_store(&self->over, true);
    fc_job_store_ring(self->store);
    assert_int_equal(pthread_join(self->thread, NULL), 0);
    fc_job_store_close(self->store);
}

static void what_one_process_accepts_or_gives_back_is_news_to_others(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char id[FC_JOB_ID_SIZE];
    process first;
    process second;
    begin(&first);
    begin(&second);
    fc_stores_accept(second.store, FC_STORES_A);
    await_news(&first, 2);
    assert_true(fc_stores_claim(second.store, id));
    ASSERT_OK(fc_job_store_release(second.store, FC_STORES_A, &err), err);
    await_news(&first, 3);
    assert_true(fc_stores_claim(first.store, id));
    assert_string_equal(id, FC_STORES_A);
    assert_int_equal(atomic_load(&second.news), 1); /* it knows what it has done */
    end(&first);
    end(&second);
}

static void *await_in_thread(void *store)
{
    static char yes;
    return await(store) ? &yes : NULL;
}

static void a_wait_is_ended_by_its_own_process(void **state)
{
    (void)state;
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    fc_job_store_ring(store);
    assert_true(await(store));
    assert_false(await(store)); /* it has rung before */
    pthread_t waiting;
    void *news = NULL;
    assert_int_equal(pthread_create(&waiting, NULL, await_in_thread, store), 0);
    fc_job_store_ring(store);
    assert_int_equal(pthread_join(waiting, &news), 0);
    assert_null(news);
}

static void a_database_that_is_away_is_told_and_listened_to_again(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bool news = false;
    FC_AUTO(fc_job_store) store = fc_postgres_server_open();
    assert_true(await(store));
    fc_postgres_server_kill();
    fc_status status = FC_OK;
    while (status == FC_OK) { /* it may say why first */
        status = fc_job_store_await(store, &news, &err);
    }
    assert_int_equal(status, FC_BUSY);                                  /* lost */
    ASSERT_FAILS(FC_BUSY, fc_job_store_await(store, &news, &err), err); /* not to be had */
    fc_postgres_server_resume();
    assert_true(await(store)); /* nobody knows what was told meanwhile */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(what_one_process_accepts_or_gives_back_is_news_to_others),
        FC_POSTGRES_TEST(a_wait_is_ended_by_its_own_process),
        FC_POSTGRES_TEST(a_database_that_is_away_is_told_and_listened_to_again),
    };
    return cmocka_run_group_tests_name("store/postgres_news", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
