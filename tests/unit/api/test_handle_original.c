/* What comes is seen by tests/contract/serve_render.py. */
#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stub_service.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    const int outcome = fc_stub_service_setup(state, &stub, 1, 1, &service);
    if (outcome == 0) {
        fc_stub_service_add_analyses(service);
    }
    return outcome;
}

static int stop(void **state)
{
    return fc_stub_service_teardown(state, service);
}

static fc_http_request original_of(const char *token)
{
    return fc_requests_get("/api/v1/analyze/original", "token", token);
}

static void tokens_that_lead_to_nothing_are_refused(void **state)
{
    (void)state;
    const fc_http_request request = original_of(TOKEN);
    fc_http_response response = fc_requests_ask(fc_handle_original, service, &request);
    fc_requests_assert_refused(&response, 404, "Analysis not found");
    fc_stub_service_keep_analysis(service, TOKEN);
    assert_int_equal(fc_analysis_store_drop(service->analyses, "", TOKEN), FC_ANALYSIS_THERE);
    response = fc_requests_ask(fc_handle_original, service, &request);
    fc_requests_assert_refused(&response, 410, "analyse the photo again");
}

/* The stub's pool has 100 bytes. */
static void a_photo_that_takes_too_much_memory_is_refused(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = original_of(TOKEN);
    fc_requests_assert_fails(fc_handle_original, service, &request, FC_LIMIT_EXCEEDED);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = original_of(TOKEN);
    fc_http_response response = fc_requests_ask_full(fc_handle_original, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

/* The worker writes into what lies with the handler, so it has ended when the handler does. */
static void whoever_has_left_leaves_no_work_behind(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = original_of(TOKEN);
    fc_requests_assert_left(fc_handle_original, service, &stub, &request);
}

#define ORIGINAL_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ORIGINAL_TEST(tokens_that_lead_to_nothing_are_refused),
        ORIGINAL_TEST(a_photo_that_takes_too_much_memory_is_refused),
        ORIGINAL_TEST(a_full_queue_says_when_to_come_again),
        ORIGINAL_TEST(whoever_has_left_leaves_no_work_behind),
    };
    return cmocka_run_group_tests_name("api/handle_original", tests, NULL, NULL);
}
