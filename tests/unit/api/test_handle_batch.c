#include <string.h>

#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    return fc_stub_service_setup(state, &stub, 2, 2, &service);
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static int64_t number_of(const json_t *answer, const char *key)
{
    return json_integer_value(json_object_get(answer, key));
}

static int64_t count_jobs(void)
{
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    int64_t count = 0;
    ASSERT_OK(fc_job_store_count(service->store, &totals, &err), err);
    for (int i = 0; i < FC_JOB_STATES_COUNT; i++) {
        count += totals.jobs[i];
    }
    return count;
}

static void photos_are_answered_in_their_order_with_their_pictures(void **state)
{
    (void)state;
    fc_http_response response =
        fc_requests_ask(fc_handle_batch, service, fc_stub_request("sfqn-", true));
    assert_int_equal(response.code, 200);
    json_t *answer = fc_requests_json(&response);
    assert_int_equal(number_of(answer, "total"), 5);
    assert_int_equal(number_of(answer, "successful"), 2);
    static const char *const ERRORS[] = { "", "corrupt_image", "", "no_face_detected",
                                          "unsupported_format" };
    for (size_t i = 0; i < 5; i++) {
        const json_t *result = json_array_get(json_object_get(answer, "results"), i);
        assert_string_equal(fc_requests_string(result, NULL, "error"), ERRORS[i]);
        assert_string_equal(fc_requests_string(result, NULL, "png_base64"),
                            ERRORS[i][0] == '\0' ? "cGljdHVyZQ==" : "");
    }
    const char *id = fc_http_response_header_lookup(&response, "X-Job-Id");
    assert_string_equal(fc_requests_string(answer, NULL, "job_id"), id);
    assert_int_equal(fc_stores_state(service->store, id), FC_JOB_SUCCEEDED);
    json_decref(answer);
    fc_http_response_clear(&response);
}

static void pictures_are_left_out_where_nobody_wants_them(void **state)
{
    (void)state;
    fc_http_request request = *fc_stub_request("q", true);
    request.fields = FC_REQUESTS_PAIRS({ "return_base64", "false" });
    fc_http_response response = fc_requests_ask(fc_handle_batch, service, &request);
    assert_null(strstr(fc_requests_text(&response), "cGljdHVyZQ=="));
    assert_non_null(strstr(fc_requests_text(&response), "/png"));
    fc_http_response_clear(&response);
}

static void a_batch_can_be_answered_later(void **state)
{
    (void)state;
    fc_http_request request = *fc_stub_request("qq", true);
    request.headers = FC_REQUESTS_PAIRS({ "Prefer", "respond-async" });
    fc_http_response response = fc_requests_ask(fc_handle_batch, service, &request);
    assert_int_equal(response.code, 202);
    const char *path = fc_http_response_header_lookup(&response, "Location");
    assert_int_equal(fc_stub_await_job(service, strrchr(path, '/') + 1).state, FC_JOB_SUCCEEDED);
    fc_http_response_clear(&response);
}

static void a_repeated_batch_is_worked_on_once(void **state)
{
    (void)state;
    fc_http_request request = *fc_stub_request("qn", true);
    request.headers = FC_REQUESTS_PAIRS({ "Idempotency-Key", "once" });
    fc_http_response first = fc_requests_ask(fc_handle_batch, service, &request);
    fc_http_response second = fc_requests_ask(fc_handle_batch, service, &request);
    assert_int_equal(atomic_load(&stub.done), 2);
    assert_string_equal(fc_requests_text(&first), fc_requests_text(&second));
    fc_requests_assert_header(&second, "Idempotency-Replayed", "true");
    fc_http_response_clear(&first);
    fc_http_response_clear(&second);
}

static void a_batch_without_photos_is_refused(void **state)
{
    (void)state;
    fc_http_response response =
        fc_requests_ask(fc_handle_batch, service, fc_stub_request("q", false));
    fc_requests_assert_refused(&response, 422, "[\"body\",\"files\"]");
    assert_int_equal(count_jobs(), 0);
}

/* Nothing of it stays, and its key may be used again. */
static void a_full_queue_refuses_the_whole_batch(void **state)
{
    (void)state;
    fc_task *tasks[4] = { NULL };
    for (int i = 0; i < 4; i++) {
        tasks[i] = fc_stub_task(service->pool, 'w');
        fc_stub_await_busy(service->pool, i < 2 ? i + 1 : 2);
    }
    fc_http_request request = *fc_stub_request("qq", true);
    request.headers = FC_REQUESTS_PAIRS({ "Idempotency-Key", "again" });
    fc_http_response response = fc_requests_ask(fc_handle_batch, service, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
    assert_int_equal(count_jobs(), 0);
    atomic_store(&stub.open, true);
    for (int i = 0; i < 4; i++) {
        assert_true(fc_task_wait(tasks[i], 60000));
        fc_task_unref(tasks[i]);
    }
    response = fc_requests_ask(fc_handle_batch, service, &request);
    assert_int_equal(response.code, 200);
    fc_http_response_clear(&response);
}

#define BATCH_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BATCH_TEST(photos_are_answered_in_their_order_with_their_pictures),
        BATCH_TEST(pictures_are_left_out_where_nobody_wants_them),
        BATCH_TEST(a_batch_can_be_answered_later),
        BATCH_TEST(a_repeated_batch_is_worked_on_once),
        BATCH_TEST(a_batch_without_photos_is_refused),
        BATCH_TEST(a_full_queue_refuses_the_whole_batch),
    };
    return cmocka_run_group_tests_name("api/handle_batch", tests, NULL, NULL);
}
