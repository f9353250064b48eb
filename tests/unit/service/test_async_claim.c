#include "service/async_job.h"
#include "service/async_job_private.h"
#include "store/postgres_store.h"
#include "support/fc_test.h"
#include "support/postgres.h"
#include "support/stub_service.h"

#define WINDOW 2 /* of one worker */

/* A node with one worker, whose thread has ended: the test is that thread. */
static fc_service *start(fc_stub_work *stub)
{
    fc_service *service = fc_stub_service_of(fc_postgres_server_open(), stub, 1, 8);
    fc_async_jobs_stop(service->async_jobs);
    return service;
}

static void accept(fc_service *service, const char *letters, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    ASSERT_OK(fc_stub_accept(service, letters, letters[1] != '\0', id, &err), err);
}

/* As if the last time were long ago. */
static void renew(fc_service *service)
{
    fc_postgres_of(service->store)->renewed_us = 0;
    fc_async_jobs_renew(service->async_jobs);
}

static void claimed_photos_are_worked_on_and_their_batch_ends(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service_of(fc_postgres_server_open(), &stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "qqq", true, id, &err), err);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    assert_int_equal(atomic_load(&stub.done), 3);
    fc_stub_service_end(service);
}

static void no_more_is_claimed_than_the_workers_can_take_soon(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start(&stub);
    accept(service, "qqqq", id);
    fc_async_jobs_claim(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), WINDOW);
    fc_async_jobs_claim(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), WINDOW);
    assert_true(fc_stores_claim(other, id));
    fc_stub_service_end(service);
}

static void a_node_that_is_ending_claims_nothing(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = start(&stub);
    accept(service, "q", id);
    atomic_store(&service->draining_us, 1);
    fc_async_jobs_claim(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 0);
    fc_stub_service_end(service);
}

static uint64_t counted(const fc_service *service, fc_claim_result result)
{
    return atomic_load(&service->statistics->claims[result]);
}

static void what_waits_here_and_was_lost_is_forgotten(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start(&stub);
    accept(service, "qq", id);
    fc_async_jobs_claim(service->async_jobs);
    renew(service);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 2);
    fc_postgres_server_outlast();
    assert_true(fc_stores_claim(other, id));
    renew(service); /* whoever claims one takes back all that is overdue */
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 0);
    assert_int_equal(fc_stores_state(other, id), FC_JOB_RUNNING);
    assert_int_equal(counted(service, FC_CLAIM_FIRST), 2);
    assert_int_equal(counted(service, FC_CLAIM_LOST), 2);
    fc_async_jobs_claim(service->async_jobs); /* the other one, which is free again */
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 1);
    assert_int_equal(counted(service, FC_CLAIM_AGAIN), 1);
    fc_stub_service_end(service);
}

/* A node whose worker is busy with a photo, until it is told to go on. */
static fc_service *start_busy(fc_stub_work *stub, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    fc_service *service = fc_stub_service_of(fc_postgres_server_open(), stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "w", false, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    return service;
}

/* Such a node has not renewed its claim, and the other one has the photo. */
static fc_service *start_and_lose(fc_stub_work *stub, fc_job_store *other, char id[FC_JOB_ID_SIZE])
{
    fc_service *service = start_busy(stub, id);
    fc_async_jobs_stop(service->async_jobs);
    fc_postgres_server_outlast();
    assert_true(fc_stores_claim(other, id));
    return service;
}

static void await_none(const fc_service *service)
{
    while (fc_async_jobs_count(service->async_jobs) > 0) {
        fc_stub_sleep_ms(1);
    }
}

static void work_on_what_was_lost_is_broken_off(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start_and_lose(&stub, other, id);
    renew(service);
    fc_stub_await_busy(service->pool, 0);
    await_none(service);
    assert_int_equal(fc_stores_state(other, id), FC_JOB_RUNNING);
    assert_int_equal(counted(service, FC_CLAIM_LOST), 1);
    fc_stub_service_end(service);
}

/* The other node has given it back: it is free again while the work here is being broken off. */
static void work_that_was_broken_off_does_not_end_the_job(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start_and_lose(&stub, other, id);
    ASSERT_OK(fc_job_store_release(other, id, &err), err);
    renew(service);
    fc_async_jobs_claim(service->async_jobs);
    await_none(service);
    assert_int_equal(fc_stores_state(other, id), FC_JOB_QUEUED);
    fc_async_jobs_claim(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 1);
    assert_int_equal(fc_stores_state(other, id), FC_JOB_RUNNING);
    fc_stub_service_end(service);
}

static void what_is_let_go_is_the_next_nodes_at_once(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    char again[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start(&stub);
    accept(service, "q", id);
    fc_async_jobs_claim(service->async_jobs);
    assert_false(fc_stores_claim(other, again));
    fc_async_jobs_let_go(service->async_jobs);
    assert_true(fc_stores_claim(other, again));
    assert_string_equal(again, id);
    assert_int_equal(fc_postgres_server_ask("SELECT crashes FROM facecraft.accepted"), 0);
    fc_async_jobs_let_go(NULL);
    fc_stub_service_end(service);
}

static void a_database_that_is_away_gives_nothing_and_takes_nothing(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = start(&stub);
    accept(service, "q", id);
    fc_async_jobs_claim(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 1);
    fc_postgres_server_kill();
    fc_async_jobs_claim(service->async_jobs);
    renew(service);
    fc_async_jobs_let_go(service->async_jobs);
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 1);
    fc_postgres_server_resume();
    fc_stub_service_end(service);
}

static void lose_the_pictures(fc_service *service)
{
    fc_stores_remove_folder();
    fc_postgres_of(service->store)->probed_us = 0;
}

/* The other one may have the right to it. */
static void a_node_that_cannot_use_the_store_of_pictures_leaves_the_photo_to_others(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    FC_AUTO(fc_job_store) other = fc_postgres_server_open();
    fc_service *service = start_busy(&stub, id);
    lose_the_pictures(service);
    atomic_store(&stub.open, true);
    await_none(service);
    assert_int_equal(fc_stores_state(other, id), FC_JOB_QUEUED);
    fc_async_jobs_claim(service->async_jobs); /* it does not take it again at once */
    assert_int_equal(fc_async_jobs_count(service->async_jobs), 0);
    assert_true(fc_stores_claim(other, id));
    fc_stub_service_end(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_POSTGRES_TEST(claimed_photos_are_worked_on_and_their_batch_ends),
        FC_POSTGRES_TEST(no_more_is_claimed_than_the_workers_can_take_soon),
        FC_POSTGRES_TEST(a_node_that_is_ending_claims_nothing),
        FC_POSTGRES_TEST(what_waits_here_and_was_lost_is_forgotten),
        FC_POSTGRES_TEST(work_on_what_was_lost_is_broken_off),
        FC_POSTGRES_TEST(work_that_was_broken_off_does_not_end_the_job),
        FC_POSTGRES_TEST(what_is_let_go_is_the_next_nodes_at_once),
        FC_POSTGRES_TEST(a_node_that_cannot_use_the_store_of_pictures_leaves_the_photo_to_others),
        FC_POSTGRES_TEST(a_database_that_is_away_gives_nothing_and_takes_nothing),
    };
    return cmocka_run_group_tests_name("service/async_claim", tests, fc_postgres_group_setup,
                                       fc_postgres_group_teardown);
}
