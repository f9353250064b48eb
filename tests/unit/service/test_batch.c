#include "service/batch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_photo_batch *prepare(fc_service *service, const char *letters)
{
    fc_error err = { 0 };
    fc_photo_batch *batch = NULL;
    fc_process_request order = { .form = fc_form_start(&service->defaults) };
    ASSERT_OK(fc_job_id_new(order.job_id, &err), err);
    ASSERT_OK(fc_photo_batch_new(service, fc_stub_request(letters, true), &order, &batch, &err),
              err);
    return batch;
}

static void photos_end_each_in_its_own_way(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = fc_stub_service(&stub, 2, 8);
    FC_AUTO(fc_photo_batch) batch = prepare(service, "qf-nq");
    ASSERT_OK(fc_photo_batch_run(batch, fc_stub_request("qf-nq", true), &err), err);
    static const fc_status ENDS[] = { FC_OK, FC_CORRUPT_IMAGE, FC_UNSUPPORTED_FORMAT, FC_NO_FACE,
                                      FC_OK };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(batch->items[i].failure.status, ENDS[i]);
        assert_int_equal(fc_stores_state(service->store, batch->items[i].job.id),
                         ENDS[i] == FC_OK ? FC_JOB_SUCCEEDED : FC_JOB_FAILED);
    }
    assert_int_equal(fc_stores_state(service->store, batch->job.id), -1); /* not answered yet */
    ASSERT_OK(fc_photo_batch_finish(batch, &err), err);
    assert_int_equal(fc_stores_state(service->store, batch->job.id), FC_JOB_SUCCEEDED);
    fc_stub_service_end(service);
}

static void a_full_queue_refuses_the_first_photo_only(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = fc_stub_service(&stub, 1, 1);
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'w');
    FC_AUTO(fc_photo_batch) refused = prepare(service, "qqq");
    ASSERT_FAILS(FC_BUSY, fc_photo_batch_run(refused, fc_stub_request("qqq", true), &err), err);
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(waiting, 60000));
    FC_AUTO(fc_photo_batch) batch = prepare(service, "qqqqqq"); /* more than the queue takes */
    ASSERT_OK(fc_photo_batch_run(batch, fc_stub_request("qqqqqq", true), &err), err);
    fc_stub_service_end(service);
}

static void *drain(void *context)
{
    fc_service *service = context;
    fc_stub_await_busy(service->pool, 1);
    (void)fc_worker_pool_drain(service->pool, 0);
    return NULL;
}

/* Before, it was taken for a client that has left, and its connection was dropped. */
static void the_end_of_the_service_is_told_as_such(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    pthread_t thread;
    fc_service *service = fc_stub_service(&stub, 1, 8);
    FC_AUTO(fc_photo_batch) batch = prepare(service, "www");
    assert_int_equal(pthread_create(&thread, NULL, drain, service), 0);
    ASSERT_FAILS(FC_STOPPING, fc_photo_batch_run(batch, fc_stub_request("www", true), &err), err);
    assert_int_equal(pthread_join(thread, NULL), 0);
    FC_AUTO(fc_photo_batch) late = prepare(service, "q");
    ASSERT_FAILS(FC_STOPPING, fc_photo_batch_run(late, fc_stub_request("q", true), &err), err);
    fc_stub_service_end(service);
}

static void a_photo_that_cannot_be_saved_is_its_own_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    char away[sizeof fc_stores_folder + 8];
    (void)snprintf(away, sizeof away, "%s.away", fc_stores_folder);
    fc_service *service = fc_stub_service(&stub, 1, 8);
    FC_AUTO(fc_photo_batch) batch = prepare(service, "q-");
    assert_int_equal(rename(fc_stores_folder, away), 0);
    ASSERT_OK(fc_photo_batch_run(batch, fc_stub_request("q-", true), &err), err);
    assert_int_equal(batch->items[0].failure.status, FC_IO);
    assert_int_equal(batch->items[1].failure.status, FC_UNSUPPORTED_FORMAT);
    ASSERT_FAILS(FC_IO, fc_photo_batch_finish(batch, &err), err);
    assert_int_equal(rename(away, fc_stores_folder), 0);
    fc_stub_service_end(service);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(photos_end_each_in_its_own_way),
        FC_STORES_TEST(a_full_queue_refuses_the_first_photo_only),
        FC_STORES_TEST(the_end_of_the_service_is_told_as_such),
        FC_STORES_TEST(a_photo_that_cannot_be_saved_is_its_own_failure),
    };
    return cmocka_run_group_tests_name("service/batch", tests, NULL, NULL);
}
