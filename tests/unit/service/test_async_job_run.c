#include <stdio.h>
#include <string.h>

#include "service/async_job.h"
#include "support/fc_test.h"
#include "support/stores.h"
#include "support/stub_service.h"

/* The store as a crash leaves it: these photos were in work. */
static void crash_in(char ids[][FC_JOB_ID_SIZE], size_t count)
{
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    for (size_t i = 0; i < count; i++) {
        ASSERT_OK(fc_job_store_run(store, ids[i], &err), err);
    }
}

static void accept(char what, char id[FC_JOB_ID_SIZE])
{
    fc_error err = { 0 };
    FC_AUTO(fc_job_store) store = fc_stores_open();
    ASSERT_OK(fc_job_id_new(id, &err), err);
    const fc_job job = fc_stores_job(id);
    const fc_bytes photo = fc_stub_photo(what);
    ASSERT_OK(fc_job_store_accept(store, &job, &photo, 1, (fc_bytes){ 0 }, "", &err), err);
}

static void photos_of_a_crash_come_last_and_alone(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    char ids[6][FC_JOB_ID_SIZE];
    for (int i = 0; i < 6; i++) {
        accept(i < 3 ? 's' : 'w', ids[i]);
    }
    crash_in(ids, 3);
    fc_service *service = fc_stub_service(&stub, 4, 8);
    fc_stub_await_busy(service->pool, 3); /* those that were not in work */
    fc_stub_sleep_ms(50);
    assert_int_equal(fc_worker_pool_stats(service->pool).busy, 3);
    assert_int_equal(fc_stores_state(service->store, ids[0]), FC_JOB_QUEUED);
    atomic_store(&stub.open, true);
    for (int i = 3; i < 6; i++) {
        (void)fc_stub_await_job(service, ids[i]);
    }
    fc_stub_service_end(service); /* a suspect may run by now: not its fault */

    stub = (fc_stub_work){ 0 };
    service = fc_stub_service(&stub, 4, 8);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(fc_stub_await_job(service, ids[i]).state, FC_JOB_SUCCEEDED);
    }
    fc_stub_service_end(service);
    assert_in_range(atomic_load(&stub.most_running), 1, 1);
}

static void batches_take_turns(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char large[FC_JOB_ID_SIZE];
    char small[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 8);
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    ASSERT_OK(fc_stub_accept(service, "ssssssssssssssssssssssssssssssss", true, large, &err), err);
    ASSERT_OK(fc_stub_accept(service, "s", true, small, &err), err);
    atomic_store(&stub.open, true);
    (void)fc_stub_await_job(service, small);
    assert_int_equal(fc_stores_state(service->store, large), FC_JOB_QUEUED); /* far from its end */
    assert_int_equal(fc_stub_await_job(service, large).state, FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

static void few_photos_are_in_the_queue_at_a_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char id[FC_JOB_ID_SIZE];
    fc_service *service = fc_stub_service(&stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "wwwwwwww", true, id, &err), err);
    fc_stub_await_busy(service->pool, 1);
    fc_stub_sleep_ms(50);
    assert_in_range(fc_worker_pool_stats(service->pool).queued, 0, 1);
    assert_int_equal(fc_later_count(service->later), 8);
    FC_AUTO(fc_task) other = fc_stub_task(service->pool, 'q'); /* there is room for others */
    atomic_store(&stub.open, true);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

static void what_was_cancelled_while_it_waits_is_not_worked_on(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char first[FC_JOB_ID_SIZE];
    char ids[8][FC_JOB_ID_SIZE];
    const fc_job_ending ending = { .state = FC_JOB_CANCELLED };
    fc_service *service = fc_stub_service(&stub, 1, 8);
    ASSERT_OK(fc_stub_accept(service, "www", true, first, &err), err);
    fc_stub_await_busy(service->pool, 1);
    fc_stub_sleep_ms(50); /* the window is full */
    for (int i = 0; i < 4; i++) {
        ASSERT_OK(fc_stub_accept(service, "q", false, ids[i], &err), err);
        ASSERT_OK(fc_job_store_finish(service->store, ids[i], &ending, &err), err);
    }
    atomic_store(&stub.open, true);
    (void)fc_stub_await_job(service, first);
    while (fc_later_count(service->later) > 0) {
        fc_stub_sleep_ms(2);
    }
    assert_int_equal(atomic_load(&stub.done), 3);
    fc_stub_service_end(service);
}

/* Another folder has taken the place of the first: its jobs go on. */
static void jobs_of_another_folder_are_taken_up(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { .open = true };
    char id[FC_JOB_ID_SIZE];
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    accept('q', id);
    assert_int_equal(rename(fc_stores_folder, away), 0);
    fc_service *service = fc_stub_service(&stub, 1, 8);
    assert_int_equal(fc_stores_state(service->store, id), -1);
    char first[sizeof fc_stores_folder + 8];
    (void)snprintf(first, sizeof first, "%s.first", fc_stores_folder);
    assert_int_equal(rename(fc_stores_folder, first), 0);
    assert_int_equal(rename(away, fc_stores_folder), 0);
    assert_int_equal(fc_stub_await_job(service, id).state, FC_JOB_SUCCEEDED);
    (void)err;
    fc_stub_service_end(service);
}

static void without_keeping_there_is_nothing_to_start(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { 0 };
    fc_later *later = (fc_later *)&service;
    ASSERT_OK(fc_job_store_open("/nowhere/at/all", 0, &service.store, &err), err);
    ASSERT_OK(fc_later_start(&service, &later, &err), err);
    assert_null(later);
    fc_later_stop(later);
    fc_later_free(later);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(photos_of_a_crash_come_last_and_alone),
        FC_STORES_TEST(batches_take_turns),
        FC_STORES_TEST(few_photos_are_in_the_queue_at_a_time),
        FC_STORES_TEST(what_was_cancelled_while_it_waits_is_not_worked_on),
        FC_STORES_TEST(jobs_of_another_folder_are_taken_up),
        FC_STORES_TEST(without_keeping_there_is_nothing_to_start),
    };
    return cmocka_run_group_tests_name("service/async_job_run", tests, NULL, NULL);
}
