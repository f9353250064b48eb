/* A check and whoever asks for it; what it tells is seen by tests/contract/serve_check.py. */
#include "api/routes.h"
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

static fc_http_request photo_of(char what)
{
    return fc_requests_post("/api/v1/check", "file", fc_stub_photo(what));
}

static void each_face_that_was_asked_for_is_told_and_nothing_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    const fc_http_request request = photo_of('t');
    fc_http_response response = fc_requests_ask(fc_handle_check, service, &request);
    assert_int_equal(response.code, 200);
    json_t *answer = fc_requests_json(&response);
    assert_true(json_is_true(json_object_get(answer, "success")));
    assert_int_equal(json_array_size(json_object_get(answer, "checks")), 2);
    assert_true(json_is_null(json_object_get(answer, "error")));
    json_decref(answer);
    fc_http_response_clear(&response);
    ASSERT_OK(fc_job_store_count(service->store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 0);
}

static void a_photo_without_a_face_is_an_answer(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('n');
    fc_http_response response = fc_requests_ask(fc_handle_check, service, &request);
    assert_int_equal(response.code, 200);
    json_t *answer = fc_requests_json(&response);
    assert_true(json_is_false(json_object_get(answer, "success")));
    assert_true(json_is_null(json_object_get(answer, "check")));
    assert_int_equal(json_array_size(json_object_get(answer, "checks")), 0);
    assert_string_equal(fc_requests_string(answer, NULL, "error"), "no_face_detected");
    assert_string_equal(fc_requests_string(answer, NULL, "error_message"), "nobody");
    json_decref(answer);
    fc_http_response_clear(&response);
}

static void an_unknown_preset_and_a_missing_photo_are_refused(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.query = FC_REQUESTS_PAIRS({ "preset", "moon-passport" });
    fc_http_response response = fc_requests_ask(fc_handle_check, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"query\",\"preset\"]");
    request = photo_of('q');
    request.file_count = 0;
    response = fc_requests_ask(fc_handle_check, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"body\",\"file\"]");
    assert_int_equal(atomic_load(&stub.done), 0);
}

static void other_failures_are_the_servers_to_tell(void **state)
{
    (void)state;
    fc_http_request request = photo_of('f');
    fc_requests_assert_fails(fc_handle_check, service, &request, FC_CORRUPT_IMAGE);
    request = photo_of('l');
    fc_requests_assert_fails(fc_handle_check, service, &request, FC_LIMIT_EXCEEDED);
    request = fc_requests_post("/api/v1/check", "file", fc_stores_bytes("text"));
    fc_requests_assert_fails(fc_handle_check, service, &request, FC_UNSUPPORTED_FORMAT);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('q');
    fc_http_response response = fc_requests_ask_full(fc_handle_check, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

/* What waits for a worker goes with its client. */
static void whoever_has_left_is_not_looked_at_for(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('q');
    fc_requests_assert_left(fc_handle_check, service, &stub, &request);
    fc_stub_await_busy(service->pool, 0);
    assert_int_equal(atomic_load(&stub.done), 1);
}

#define CHECK_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(each_face_that_was_asked_for_is_told_and_nothing_is_kept),
        CHECK_TEST(a_photo_without_a_face_is_an_answer),
        CHECK_TEST(an_unknown_preset_and_a_missing_photo_are_refused),
        CHECK_TEST(other_failures_are_the_servers_to_tell),
        CHECK_TEST(a_full_queue_says_when_to_come_again),
        CHECK_TEST(whoever_has_left_is_not_looked_at_for),
    };
    return cmocka_run_group_tests_name("api/handle_check", tests, NULL, NULL);
}
