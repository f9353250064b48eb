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
    return fc_requests_post("/api/v1/process/quick", "file", fc_stub_photo(what));
}

static void the_picture_itself_is_the_answer_and_nothing_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_job_totals totals = { 0 };
    const fc_http_request request = photo_of('q');
    fc_http_response response = fc_requests_ask(fc_handle_quick, service, &request);
    assert_int_equal(response.code, 200);
    assert_string_equal(fc_requests_text(&response), "picture");
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    fc_requests_assert_header(&response, "X-Job-Id", NULL);
    assert_non_null(fc_http_response_header_lookup(&response, "Server-Timing"));
    fc_http_response_clear(&response);
    ASSERT_OK(fc_job_store_count(service->store, &totals, &err), err);
    assert_int_equal(totals.jobs[FC_JOB_SUCCEEDED], 0);
}

static void the_photo_is_handed_over_not_copied(void **state)
{
    (void)state;
    const fc_bytes photo = fc_stub_photo('q');
    fc_sent_request sent;
    fc_requests_send(&sent, "/api/v1/process/quick", "file", &photo, 1);
    fc_http_response response = fc_requests_ask(fc_handle_quick, service, &sent.request);
    assert_int_equal(response.code, 200);
    assert_null(sent.request.files[0].bytes.data);
    fc_http_response_clear(&response);
    fc_requests_end(&sent);
}

static void a_size_out_of_range_and_a_missing_photo_are_refused(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.query = FC_REQUESTS_PAIRS({ "size", "0" });
    fc_http_response response = fc_requests_ask(fc_handle_quick, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"query\",\"size\"]");
    request = photo_of('q');
    request.file_count = 0;
    response = fc_requests_ask(fc_handle_quick, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"body\",\"file\"]");
    assert_int_equal(atomic_load(&stub.done), 0);
}

static void a_photo_without_a_face_is_a_bad_request(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('n');
    fc_http_response response = fc_requests_ask(fc_handle_quick, service, &request);
    fc_requests_assert_refused(&response, 400, "no_face_detected");
}

static void other_failures_are_the_servers_to_tell(void **state)
{
    (void)state;
    fc_http_request request = photo_of('f');
    fc_requests_assert_fails(fc_handle_quick, service, &request, FC_CORRUPT_IMAGE);
    request = photo_of('l');
    fc_requests_assert_fails(fc_handle_quick, service, &request, FC_LIMIT_EXCEEDED);
    request = fc_requests_post("/api/v1/process/quick", "file", fc_stores_bytes("text"));
    fc_requests_assert_fails(fc_handle_quick, service, &request, FC_UNSUPPORTED_FORMAT);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('q');
    fc_http_response response = fc_requests_ask_full(fc_handle_quick, service, &stub, &request);
    fc_requests_assert_header(&response, "Retry-After", "2"); /* two of a second each */
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

static fc_http_request photo_for(const char *profile)
{
    fc_http_request request = fc_requests_post("/api/v1/profiles/ad", "file", fc_stub_photo('q'));
    static fc_http_pair part;
    part = (fc_http_pair){ "name", profile };
    request.parts = (fc_http_pairs){ &part, 1 };
    return request;
}

static void a_profile_is_answered_with_its_jpeg(void **state)
{
    (void)state;
    fc_http_request request = photo_for("ad");
    request.query = FC_REQUESTS_PAIRS({ "format", "png" });
    fc_http_response response = fc_requests_ask(fc_handle_profile, service, &request);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Content-Type", "image/jpeg");
    fc_requests_assert_header(&response, "X-Job-Id", NULL);
    fc_http_response_clear(&response);
}

static void a_profile_that_is_none_is_not_found(void **state)
{
    (void)state;
    const fc_http_request request = photo_for("passport");
    fc_requests_assert_fails(fc_handle_profile, service, &request, FC_NOT_FOUND);
    assert_int_equal(atomic_load(&stub.done), 0);
}

static void a_profile_needs_a_photo(void **state)
{
    (void)state;
    fc_http_request request = photo_for("ad");
    request.file_count = 0;
    fc_http_response response = fc_requests_ask(fc_handle_profile, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"body\",\"file\"]");
}

#define QUICK_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUICK_TEST(the_picture_itself_is_the_answer_and_nothing_is_kept),
        QUICK_TEST(the_photo_is_handed_over_not_copied),
        QUICK_TEST(a_size_out_of_range_and_a_missing_photo_are_refused),
        QUICK_TEST(a_photo_without_a_face_is_a_bad_request),
        QUICK_TEST(other_failures_are_the_servers_to_tell),
        QUICK_TEST(a_full_queue_says_when_to_come_again),
        QUICK_TEST(a_profile_is_answered_with_its_jpeg),
        QUICK_TEST(a_profile_that_is_none_is_not_found),
        QUICK_TEST(a_profile_needs_a_photo),
    };
    return cmocka_run_group_tests_name("api/handle_quick", tests, NULL, NULL);
}
