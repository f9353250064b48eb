#define _GNU_SOURCE /* memmem */
#include "service/cutout_request.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 1, 1, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_status order(const fc_cutout_request *wish, fc_task **task, fc_error *err)
{
    const fc_http_request request = fc_requests_post("/api/remove", "file", wish->photo);
    return fc_cutout_order(service, &request, wish, task, err);
}

static void a_cutout_is_made_by_the_workers(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_task) task = NULL;
    const fc_cutout_request wish = { .plan = { .format = FC_CUTOUT_WEBP },
                                     .params = service->defaults,
                                     .photo = fc_stub_photo('q'),
                                     .backdrop = fc_stub_photo('s') };
    ASSERT_OK(order(&wish, &task, &err), err);
    const fc_task_result *result = fc_task_outcome(task);
    assert_int_equal(result->failure.status, FC_OK);
    assert_int_equal(result->portrait_count, 0);
    assert_string_equal(fc_buffer_text(&result->photo.cutout.file), "cutout");
    assert_int_equal(result->photo.cutout.format, FC_CUTOUT_WEBP);
    assert_int_equal(fc_worker_pool_stats(service->pool).memory_used, 0);
}

static void pictures_are_handed_over_from_wherever_they_lie(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_task) task = NULL;
    const fc_bytes photo = fc_stub_photo('q');
    const fc_bytes backdrop = fc_stub_photo('s');
    fc_sent_request sent;
    fc_requests_send(&sent, "/v1.0/removebg", "image_file", &photo, 1);
    FC_AUTO_BUFFER(fetched, backdrop.size);
    ASSERT_OK(fc_buffer_append(&fetched, backdrop.data, backdrop.size, &err), err);
    const fc_cutout_request wish = { .params = service->defaults,
                                     .photo = sent.request.files[0].bytes,
                                     .backdrop = fc_buffer_bytes(&fetched),
                                     .fetched_backdrop = &fetched };
    ASSERT_OK(fc_cutout_order(service, &sent.request, &wish, &task, &err), err);
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_OK);
    assert_null(sent.request.files[0].bytes.data);
    assert_null(fetched.data);
    fc_requests_end(&sent);
}

static void a_failure_is_the_outcome_of_the_task(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_task) task = NULL;
    const fc_cutout_request wish = { .photo = fc_stub_photo('f') };
    ASSERT_OK(order(&wish, &task, &err), err);
    assert_int_equal(fc_task_outcome(task)->failure.status, FC_CORRUPT_IMAGE);
}

static void what_cannot_be_worked_on_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_task) task = NULL;
    const fc_cutout_request text = { .photo = fc_stores_bytes("text") };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, order(&text, &task, &err), err);
    const fc_cutout_request good = { .photo = fc_stub_photo('q') };
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'q');
    ASSERT_FAILS(FC_BUSY, order(&good, &task, &err), err);
    assert_null(task);
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(waiting, 60000));
    atomic_store(&service->draining_us, 1);
    ASSERT_FAILS(FC_STOPPING, order(&good, &task, &err), err);
}

static fc_cutout cutout_of(fc_cutout_format format)
{
    fc_error err = { 0 };
    fc_cutout cutout = { .format = format, .file = FC_BUFFER(100), .alpha_file = FC_BUFFER(100) };
    ASSERT_OK(fc_buffer_append(&cutout.file, "colours", 7, &err), err);
    ASSERT_OK(fc_buffer_append(&cutout.alpha_file, "alpha", 5, &err), err);
    return cutout;
}

static void each_format_has_its_type(void **state)
{
    (void)state;
    static const struct {
        fc_cutout_format format;
        const char *type;
    } TYPES[] = { { FC_CUTOUT_PNG, "image/png" },
                  { FC_CUTOUT_JPEG, "image/jpeg" },
                  { FC_CUTOUT_WEBP, "image/webp" } };
    fc_error err = { 0 };
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        fc_cutout cutout = cutout_of(TYPES[i].format);
        fc_http_response response = fc_http_response_start();
        ASSERT_OK(fc_cutout_answer(&cutout, &response, &err), err);
        fc_requests_assert_header(&response, "Content-Type", TYPES[i].type);
        assert_string_equal(fc_requests_text(&response), "colours");
        fc_http_response_clear(&response);
        fc_cutout_clear(&cutout);
    }
}

static void a_pair_is_an_archive_of_two_files(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout cutout = cutout_of(FC_CUTOUT_PAIR);
    fc_http_response response = fc_http_response_start();
    ASSERT_OK(fc_cutout_answer(&cutout, &response, &err), err);
    fc_requests_assert_header(&response, "Content-Type", "application/zip");
    const fc_buffer *body = &response.buffer;
    assert_memory_equal(body->data, "PK\3\4", 4);
    assert_non_null(memmem(body->data, body->size, "color.jpgcolours", 16));
    assert_non_null(memmem(body->data, body->size, "alpha.pngalpha", 14));
    assert_memory_equal(body->data + body->size - 22, "PK\5\6", 4);
    fc_http_response_clear(&response);
    fc_cutout_clear(&cutout);
}

static void memory_that_runs_out_gives_no_half_answer(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout cutout = cutout_of(FC_CUTOUT_PAIR);
    fc_http_response response = fc_http_response_start();
    SWEEP_ALLOCATIONS(fc_cutout_answer(&cutout, &response, &err), response.kind == FC_HTTP_EMPTY);
    fc_http_response_clear(&response);
    fc_cutout_clear(&cutout);
}

static void the_last_network_that_ran_is_told(void **state)
{
    (void)state;
    fc_task_result result = { .waited_us = 1500 };
    fc_http_response response = fc_http_response_start();
    fc_cutout_describe_run(&result, &response);
    fc_requests_assert_header(&response, "X-Facecraft-Model", NULL);
    fc_requests_assert_header(&response, "Server-Timing", "queue;dur=1.5");
    result.photo.reports[0] = (fc_stage_report){ "detect", "blazeface", "cpu", 1000, true, "" };
    result.photo.reports[1] = (fc_stage_report){ "cutout", "selfie", "cuda", 2000, true, "" };
    result.photo.reports[2] = (fc_stage_report){ "rest", "u2net", "cpu", 3000, false, "" };
    fc_cutout_describe_run(&result, &response);
    fc_requests_assert_header(&response, "X-Facecraft-Model", "selfie");
    fc_requests_assert_header(&response, "X-Facecraft-Device", "cuda");
    fc_requests_assert_header(&response, "Server-Timing",
                              "queue;dur=1.5, detect;dur=1.0, cutout;dur=2.0");
    fc_http_response_clear(&response);
}

#define CUTOUT_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CUTOUT_TEST(a_cutout_is_made_by_the_workers),
        CUTOUT_TEST(pictures_are_handed_over_from_wherever_they_lie),
        CUTOUT_TEST(a_failure_is_the_outcome_of_the_task),
        CUTOUT_TEST(what_cannot_be_worked_on_is_refused),
        cmocka_unit_test(each_format_has_its_type),
        cmocka_unit_test(a_pair_is_an_archive_of_two_files),
        cmocka_unit_test(memory_that_runs_out_gives_no_half_answer),
        cmocka_unit_test(the_last_network_that_ran_is_told),
    };
    return cmocka_run_group_tests_name("service/cutout_request", tests, NULL, NULL);
}
