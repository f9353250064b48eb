/* How a sheet looks is seen by tests/unit/pipeline/test_sheet.c and tests/contract/serve_sheet.py.
 */
#include "service/sheet_print.h"

#include "base/file.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stub_service.h"
#include "support/test_engine.h"

static fc_stub_work stub;
static fc_service *service;
static fc_buffer portrait;
static fc_sheet_options options;

/* The engine knows how large a picture may be. */
static int start(void **state)
{
    const int outcome = fc_stub_service_setup(state, &stub, 1, 1, &service);
    fc_error err = { 0 };
    if (outcome == 0) {
        service->engine = fc_test_engine;
    }
    portrait = (fc_buffer){ 0 };
    fc_options_set_defaults(fc_sheet_option_rows(), &options);
    ASSERT_OK(fc_file_read("tests/data/image/orientation_6.jpg", (size_t)1 << 20, &portrait, &err),
              err);
    return outcome;
}

static int stop(void **state)
{
    fc_buffer_clear(&portrait);
    return fc_stub_service_teardown(state, service);
}

/* As a handler calls it. */
static fc_status print(void *context, const fc_http_request *request, fc_http_response *response,
                       fc_error *err)
{
    return fc_sheet_print(context, request, fc_buffer_bytes(&portrait), &options, response, err);
}

static void each_format_is_answered_as_what_it_is(void **state)
{
    (void)state;
    static const struct {
        fc_choice format;
        const char *type;
        const char *start;
    } FORMATS[] = { { FC_SHEET_PDF, "application/pdf", "%PDF" },
                    { FC_SHEET_JPEG, "image/jpeg", "\xff\xd8\xff\xe0" },
                    { FC_SHEET_PNG, "image/png", "\x89PNG" } };
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_stub_service_enlarge(service, &stub);
    const fc_http_request request = fc_requests_get("/api/v1/sheet", NULL, NULL);
    for (size_t i = 0; i < sizeof FORMATS / sizeof FORMATS[0]; i++) {
        options.format = FORMATS[i].format;
        fc_http_response response = fc_requests_ask(print, service, &request);
        assert_int_equal(response.code, 200);
        fc_requests_assert_header(&response, "Content-Type", FORMATS[i].type);
        fc_requests_assert_header(&response, "X-Pictures", "8");
        assert_memory_equal(response.buffer.data, FORMATS[i].start, 4);
        fc_http_response_clear(&response);
    }
}

static void a_portrait_that_is_no_picture_fails_and_gives_no_body(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_stub_service_enlarge(service, &stub);
    portrait.size = 4;
    const fc_http_request request = fc_requests_get("/api/v1/sheet", NULL, NULL);
    fc_http_response response = fc_http_response_start();
    fc_error err = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, print(service, &request, &response, &err), err);
    assert_int_equal(response.kind, FC_HTTP_EMPTY);
    fc_requests_assert_header(&response, "X-Pictures", NULL);
    fc_http_response_clear(&response);
}

static void what_the_pool_refuses_is_told(void **state)
{
    (void)state;
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'q');
    const fc_http_request request = fc_requests_get("/api/v1/sheet", NULL, NULL);
    fc_requests_assert_fails(print, service, &request, FC_BUSY);
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(waiting, 60000));
}

/* The worker writes into what lies with the caller. */
static void whoever_has_left_leaves_no_work_behind(void **state)
{
    (void)state;
    const fc_http_request request = fc_requests_get("/api/v1/sheet", NULL, NULL);
    fc_requests_assert_left(print, service, &stub, &request);
}

#define PRINT_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PRINT_TEST(each_format_is_answered_as_what_it_is),
        PRINT_TEST(a_portrait_that_is_no_picture_fails_and_gives_no_body),
        PRINT_TEST(what_the_pool_refuses_is_told),
        PRINT_TEST(whoever_has_left_leaves_no_work_behind),
    };
    return cmocka_run_group_tests_name("service/sheet_print", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
