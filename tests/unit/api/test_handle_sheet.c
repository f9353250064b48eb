/* A sheet and whoever asks for it; how exact it is is seen by tests/contract/serve_sheet.py. */
#include "api/routes.h"
#include "base/file.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"
#include "support/test_engine.h"

static fc_stub_work stub;
static fc_service *service;

/* The engine knows how large a picture may be. */
static int start(void **state)
{
    const int outcome = fc_stub_service_setup(state, &stub, 1, 1, &service);
    if (outcome == 0) {
        service->engine = fc_test_engine;
    }
    return outcome;
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

/* The file lives until the next call. */
static fc_http_request portrait(void)
{
    static fc_buffer file;
    fc_error err = { 0 };
    fc_buffer_clear(&file);
    ASSERT_OK(fc_file_read("tests/data/image/orientation_6.jpg", (size_t)1 << 20, &file, &err),
              err);
    return fc_requests_post("/api/v1/sheet", "file", fc_buffer_bytes(&file));
}

static void a_sheet_tells_how_many_pictures_are_on_it(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_stub_service_enlarge(service, &stub);
    fc_http_request request = portrait();
    fc_http_response response = fc_requests_ask(fc_handle_sheet, service, &request);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Content-Type", "application/pdf");
    fc_requests_assert_header(&response, "X-Pictures", "8");
    assert_memory_equal(response.buffer.data, "%PDF-", 5);
    fc_http_response_clear(&response);
    request.query = FC_REQUESTS_PAIRS({ "format", "jpg" }, { "size", "2x2in" });
    request.fields = FC_REQUESTS_PAIRS({ "format", "png" }); /* the body is stronger */
    response = fc_requests_ask(fc_handle_sheet, service, &request);
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    fc_requests_assert_header(&response, "X-Pictures", "2");
    fc_http_response_clear(&response);
}

static void what_is_wrong_or_missing_is_told_as_one_list(void **state)
{
    (void)state;
    fc_http_request request = portrait();
    request.query = FC_REQUESTS_PAIRS({ "dpi", "71" });
    request.fields = FC_REQUESTS_PAIRS({ "format", "gif" });
    request.file_count = 0;
    fc_http_response response = fc_requests_ask(fc_handle_sheet, service, &request);
    assert_int_equal(response.code, 422);
    json_t *answer = fc_requests_json(&response);
    assert_int_equal(json_array_size(json_object_get(answer, "detail")), 3);
    json_decref(answer);
    fc_requests_assert_refused(&response, 422, "[\"body\",\"file\"]");
}

static void other_failures_are_the_servers_to_tell(void **state)
{
    (void)state;
    fc_http_request request =
        fc_requests_post("/api/v1/sheet", "file", fc_stores_bytes("no picture"));
    fc_requests_assert_fails(fc_handle_sheet, service, &request, FC_UNSUPPORTED_FORMAT);
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_stub_service_enlarge(service, &stub);
    request = fc_requests_post("/api/v1/sheet", "file", fc_stub_photo('q'));
    fc_requests_assert_fails(fc_handle_sheet, service, &request, FC_CORRUPT_IMAGE);
    request = portrait();
    request.fields = FC_REQUESTS_PAIRS({ "paper", "A44" });
    fc_requests_assert_fails(fc_handle_sheet, service, &request, FC_INVALID_ARGUMENT);
    request.fields = FC_REQUESTS_PAIRS({ "paper", "A3" }, { "dpi", "1200" }, { "format", "png" });
    fc_requests_assert_fails(fc_handle_sheet, service, &request, FC_LIMIT_EXCEEDED);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    const fc_http_request request = portrait();
    fc_http_response response = fc_requests_ask_full(fc_handle_sheet, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

static void a_service_that_ends_takes_no_more(void **state)
{
    (void)state;
    fc_service_close(service);
    fc_http_request request = portrait();
    request.received_us += 1000000;
    fc_http_response response = fc_requests_ask(fc_handle_sheet, service, &request);
    fc_requests_assert_refused(&response, 503, "stopped");
}

/* The worker writes into what lies with the handler, so it has ended when the handler does. */
static void whoever_has_left_leaves_no_work_behind(void **state)
{
    (void)state;
    const fc_http_request request = portrait();
    fc_requests_assert_left(fc_handle_sheet, service, &stub, &request);
}

#define SHEET_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHEET_TEST(a_sheet_tells_how_many_pictures_are_on_it),
        SHEET_TEST(what_is_wrong_or_missing_is_told_as_one_list),
        SHEET_TEST(other_failures_are_the_servers_to_tell),
        SHEET_TEST(a_full_queue_says_when_to_come_again),
        SHEET_TEST(a_service_that_ends_takes_no_more),
        SHEET_TEST(whoever_has_left_leaves_no_work_behind),
    };
    return cmocka_run_group_tests_name("api/handle_sheet", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
