#include "service/batch.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"
#include "support/stub_work.h"

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

/* Each photo leaves the request when its turn comes; what lies behind the person is there once for
 * all. */
static void photos_are_handed_over_one_by_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_stub_work stub = { 0 };
    fc_service *service = fc_stub_service(&stub, 1, 1);
    fc_process_request order = { .form = fc_form_start(&service->defaults),
                                 .backdrop = fc_stub_photo('t') };
    ASSERT_OK(fc_job_id_new(order.job_id, &err), err);
    const fc_bytes photos[] = { fc_stub_photo('s'), fc_stub_photo('q'), fc_stub_photo('s'),
                                fc_stub_photo('q') };
    fc_sent_request sent;
    fc_requests_send(&sent, "/api/v1/process/batch", "files", photos, 4);
    FC_AUTO(fc_photo_batch) batch = NULL;
    ASSERT_OK(fc_photo_batch_new(service, &sent.request, &order, &batch, &err), err);
    ASSERT_OK(fc_photo_batch_run(batch, &sent.request, &err), err);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(batch->items[i].failure.status, FC_OK);
        assert_null(sent.request.files[i].bytes.data);
        assert_null(batch->items[i].taken.data);
    }
    assert_ptr_equal(atomic_load(&stub.backdrop), fc_shared_bytes(batch->backdrop).data);
    assert_int_equal(atomic_load(&stub.backdrops), 1);
    fc_requests_end(&sent);
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

/* ---- a batch that was accepted --------------------------------------------------------------- */

/* A batch A of the photos B and C. */
static void accept_batch(fc_job_store *store)
{
    fc_error err = { 0 };
    fc_job jobs[3] = { fc_stores_job(FC_STORES_A), fc_stores_job(FC_STORES_B),
                       fc_stores_job(FC_STORES_C) };
    const fc_bytes photos[3] = { { 0 }, fc_stub_photo('q'), fc_stub_photo('q') };
    for (int i = 1; i < 3; i++) {
        (void)snprintf(jobs[i].batch, sizeof jobs[i].batch, FC_STORES_A);
        jobs[i].number = i;
    }
    ASSERT_OK(fc_job_store_accept(store, jobs, photos, 3, (fc_bytes){ 0 }, "", &err), err);
}

static void what_came_of_the_photos_is_read_from_the_store(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    const fc_error nobody = { FC_NO_FACE, "nobody" };
    const fc_job_ending good = fc_stores_ending(fc_stores_pictures(), 2);
    const fc_job_ending bad = { .state = FC_JOB_FAILED, .failure = &nobody };
    accept_batch(service.store);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_B, &bad, &err), err);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_C, &good, &err), err);
    FC_AUTO(fc_photo_batch) batch = NULL;
    ASSERT_OK(fc_photo_batch_read(&service, FC_STORES_A, &batch, &err), err);
    assert_int_equal(batch->count, 2);
    assert_int_equal(batch->items[0].failure.status, FC_NO_FACE);
    assert_string_equal(batch->items[0].failure.text, "nobody");
    assert_false(batch->items[0].has_png);
    assert_int_equal(batch->items[1].failure.status, FC_OK);
    assert_true(batch->items[1].has_png);
    ASSERT_OK(fc_photo_batch_finish(batch, &err), err);
    assert_int_equal(fc_stores_state(service.store, FC_STORES_A), FC_JOB_SUCCEEDED);
    fc_job_store_close(service.store);
}

static void a_batch_that_has_ended_is_not_read(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    const fc_job_ending cancelled = { .state = FC_JOB_CANCELLED };
    fc_photo_batch *batch = NULL;
    accept_batch(service.store);
    ASSERT_OK(fc_job_store_finish(service.store, FC_STORES_A, &cancelled, &err), err);
    ASSERT_FAILS(FC_NOT_FOUND, fc_photo_batch_read(&service, FC_STORES_A, &batch, &err), err);
    assert_null(batch);
    fc_job_store_close(service.store);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* A batch of two photos, of which the second one failed. */
static fc_photo_batch batch_of(fc_service *service, fc_batch_item items[2])
{
    items[0] = (fc_batch_item){ .job = fc_stores_job(FC_STORES_A), .ended = true, .has_png = true };
    items[1] = (fc_batch_item){ .job = fc_stores_job(FC_STORES_B),
                                .failure = { FC_NO_FACE, "nobody" },
                                .ended = true };
    return (fc_photo_batch){ .service = service,
                             .job = fc_stores_job(FC_STORES_C),
                             .received_us = fc_clock_us() - 5000,
                             .items = items,
                             .count = 2 };
}

static json_t *answer_of(const fc_photo_batch *batch, bool base64)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(text, 1 << 16);
    ASSERT_OK(fc_photo_batch_answer(batch, base64, &text, &err), err);
    json_t *answer = json_loads(fc_buffer_text(&text), 0, NULL);
    assert_non_null(answer);
    return answer;
}

static int64_t number_of(const json_t *answer, const char *key)
{
    return json_integer_value(json_object_get(answer, key));
}

static const json_t *result_of(const json_t *answer, size_t index)
{
    return json_array_get(json_object_get(answer, "results"), index);
}

static void each_photo_is_told_with_its_link_or_its_failure(void **state)
{
    (void)state;
    fc_service service = { .store = fc_stores_open() };
    fc_batch_item items[2];
    const fc_photo_batch batch = batch_of(&service, items);
    json_t *answer = answer_of(&batch, false);
    assert_int_equal(number_of(answer, "total"), 2);
    assert_int_equal(number_of(answer, "successful"), 1);
    assert_int_equal(number_of(answer, "failed"), 1);
    assert_string_equal(fc_requests_string(answer, NULL, "zip_url"),
                        "/api/v1/download/" FC_STORES_C "/zip");
    const json_t *good = result_of(answer, 0);
    assert_string_equal(fc_requests_string(good, NULL, "filename"), "photo of 000a.jpg");
    assert_string_equal(fc_requests_string(good, NULL, "download_url"),
                        "/api/v1/download/" FC_STORES_A "/png");
    assert_true(json_is_null(json_object_get(good, "error")));
    assert_true(json_is_null(json_object_get(good, "png_base64")));
    const json_t *bad = result_of(answer, 1);
    assert_true(json_is_null(json_object_get(bad, "download_url")));
    assert_string_equal(fc_requests_string(bad, NULL, "error"), "no_face_detected");
    assert_string_equal(fc_requests_string(bad, NULL, "error_message"), "nobody");
    json_decref(answer);
    items[0].has_png = false;
    answer = answer_of(&batch, false);
    assert_string_equal(fc_requests_string(result_of(answer, 0), NULL, "download_url"),
                        "/api/v1/download/" FC_STORES_A "/jpg");
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void pictures_come_along_where_they_are_asked_for(void **state)
{
    (void)state;
    fc_stub_work stub = { 0 };
    fc_service service = { .store = fc_stores_open() };
    FC_AUTO(fc_worker_pool) pool = fc_stub_pool(&stub, 1, 4, NULL);
    FC_AUTO(fc_task) task = fc_stub_task(pool, 'q');
    assert_true(fc_task_wait(task, 60000));
    fc_batch_item items[2];
    const fc_photo_batch batch = batch_of(&service, items);
    items[0].task = task;
    json_t *answer = answer_of(&batch, true);
    const json_t *good = result_of(answer, 0);
    assert_string_equal(fc_requests_string(good, NULL, "png_base64"), "cGljdHVyZQ==");
    assert_true(json_is_null(json_object_get(good, "jpg_base64"))); /* none was made */
    assert_true(json_is_null(json_object_get(result_of(answer, 1), "png_base64")));
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void there_are_no_links_where_nothing_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { 0 };
    ASSERT_OK(fc_job_store_open("", 0, &service.store, &err), err);
    fc_batch_item items[2];
    fc_photo_batch batch = batch_of(&service, items);
    json_t *answer = answer_of(&batch, false);
    assert_true(json_is_null(json_object_get(answer, "zip_url")));
    assert_true(json_is_null(json_object_get(result_of(answer, 0), "download_url")));
    json_decref(answer);
    ASSERT_OK(fc_photo_batch_finish(&batch, &err), err);
    fc_job_store_close(service.store);
}

static void an_answer_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    fc_batch_item items[2];
    const fc_photo_batch batch = batch_of(&service, items);
    FC_AUTO_BUFFER(text, 100);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_photo_batch_answer(&batch, false, &text, &err), err);
    assert_int_equal(text.size, 0);
    fc_job_store_close(service.store);
}

static void a_batch_that_was_not_accepted_is_recorded_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job job = { 0 };
    fc_service service = { .store = fc_stores_open() };
    fc_batch_item items[2];
    fc_photo_batch batch = batch_of(&service, items);
    FC_AUTO_BUFFER(kept, 1 << 16);
    FC_AUTO_BUFFER(told, 1 << 16);
    ASSERT_OK(fc_photo_batch_finish(&batch, &err), err);
    assert_true(batch.time_us >= 5000);
    ASSERT_OK(fc_job_store_read(service.store, FC_STORES_C, &job, &kept, &err), err);
    assert_int_equal(job.state, FC_JOB_SUCCEEDED);
    ASSERT_OK(fc_photo_batch_answer(&batch, false, &told, &err), err);
    assert_string_equal(fc_buffer_text(&kept), fc_buffer_text(&told)); /* the same time as well */
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_photo_batch_finish(&batch, &err),
                 err); /* its id is taken */
    fc_job_store_close(service.store);
}

static void a_batch_of_failures_has_failed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    fc_batch_item items[2];
    fc_photo_batch batch = batch_of(&service, items);
    items[0].failure = (fc_error){ FC_CORRUPT_IMAGE, "damaged" };
    ASSERT_OK(fc_photo_batch_finish(&batch, &err), err);
    assert_int_equal(fc_stores_state(service.store, FC_STORES_C), FC_JOB_FAILED);
    json_t *answer = answer_of(&batch, false);
    assert_true(json_is_null(json_object_get(answer, "zip_url")));
    json_decref(answer);
    fc_job_store_close(service.store);
}

static void a_batch_that_was_deleted_meanwhile_is_not_recorded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_service service = { .store = fc_stores_open() };
    fc_batch_item items[2];
    fc_photo_batch batch = batch_of(&service, items);
    batch.accepted = true;
    ASSERT_FAILS(FC_NOT_FOUND, fc_photo_batch_finish(&batch, &err), err);
    assert_int_equal(fc_stores_state(service.store, FC_STORES_C), -1);
    fc_job_store_close(service.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FC_STORES_TEST(photos_end_each_in_its_own_way),
        FC_STORES_TEST(photos_are_handed_over_one_by_one),
        FC_STORES_TEST(a_full_queue_refuses_the_first_photo_only),
        FC_STORES_TEST(the_end_of_the_service_is_told_as_such),
        FC_STORES_TEST(a_photo_that_cannot_be_saved_is_its_own_failure),
        FC_STORES_TEST(what_came_of_the_photos_is_read_from_the_store),
        FC_STORES_TEST(a_batch_that_has_ended_is_not_read),
        FC_STORES_TEST(each_photo_is_told_with_its_link_or_its_failure),
        FC_STORES_TEST(pictures_come_along_where_they_are_asked_for),
        FC_STORES_TEST(there_are_no_links_where_nothing_is_kept),
        FC_STORES_TEST(an_answer_that_does_not_fit_is_refused),
        FC_STORES_TEST(a_batch_that_was_not_accepted_is_recorded_whole),
        FC_STORES_TEST(a_batch_of_failures_has_failed),
        FC_STORES_TEST(a_batch_that_was_deleted_meanwhile_is_not_recorded),
    };
    return cmocka_run_group_tests_name("service/batch", tests, NULL, NULL);
}
