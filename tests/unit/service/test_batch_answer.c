#include <string.h>

#include "base/clock.h"
#include "service/batch.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_work.h"

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
        FC_STORES_TEST(each_photo_is_told_with_its_link_or_its_failure),
        FC_STORES_TEST(pictures_come_along_where_they_are_asked_for),
        FC_STORES_TEST(there_are_no_links_where_nothing_is_kept),
        FC_STORES_TEST(an_answer_that_does_not_fit_is_refused),
        FC_STORES_TEST(a_batch_that_was_not_accepted_is_recorded_whole),
        FC_STORES_TEST(a_batch_of_failures_has_failed),
        FC_STORES_TEST(a_batch_that_was_deleted_meanwhile_is_not_recorded),
    };
    return cmocka_run_group_tests_name("service/batch_answer", tests, NULL, NULL);
}
