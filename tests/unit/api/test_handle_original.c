/* What comes is seen by tests/contract/serve_render.py. */
#include "api/routes.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stores.h"
#include "support/stub_service.h"

#define TOKEN "0123456789abcdef0123456789abcdef"

static fc_stub_work stub;
static fc_service *service;

static int start(void **state)
{
    const fc_analysis_limits limits = { 4, (int64_t)1 << 30, INT64_C(60000000), NULL };
    fc_error err = { 0 };
    const int outcome = fc_stores_setup(state);
    if (outcome != 0) {
        return outcome;
    }
    stub = (fc_stub_work){ 0 };
    service = fc_stub_service(&stub, 1, 1);
    ASSERT_OK(fc_analysis_store_new(&limits, &service->analyses, &err), err);
    return 0;
}

static int stop(void **state)
{
    fc_stub_service_end(service);
    return fc_stores_teardown(state);
}

static void keep_one(void)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    FC_AUTO(fc_analysis) analysis = NULL;
    ASSERT_OK(fc_memory_new_zeroed(1, sizeof *photo.preview, (void **)&photo.preview, &err), err);
    ASSERT_OK(fc_image_new((fc_size){ 64, 64 }, 3, &photo.preview->pixels, &err), err);
    ASSERT_OK(fc_analysis_new(NULL, &photo, fc_stores_bytes("photo"), &analysis, &err), err);
    ASSERT_OK(fc_analysis_store_put(service->analyses, "", TOKEN, analysis, &err), err);
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
    keep_one();
    assert_int_equal(fc_analysis_store_drop(service->analyses, "", TOKEN), FC_ANALYSIS_THERE);
    response = fc_requests_ask(fc_handle_original, service, &request);
    fc_requests_assert_refused(&response, 410, "analyse the photo again");
}

/* The stub's pool has 100 bytes. */
static void a_photo_that_takes_too_much_memory_is_refused(void **state)
{
    (void)state;
    keep_one();
    const fc_http_request request = original_of(TOKEN);
    fc_requests_assert_fails(fc_handle_original, service, &request, FC_LIMIT_EXCEEDED);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    keep_one();
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    FC_AUTO(fc_task) waiting = fc_stub_task(service->pool, 'q');
    const fc_http_request request = original_of(TOKEN);
    fc_http_response response = fc_requests_ask(fc_handle_original, service, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(waiting, 60000));
}

/* The worker writes into what lies with the handler, so it has ended when the handler does. */
static void whoever_has_left_leaves_no_work_behind(void **state)
{
    (void)state;
    keep_one();
    FC_AUTO(fc_task) running = fc_stub_task(service->pool, 'w');
    fc_stub_await_busy(service->pool, 1);
    const fc_http_request request = original_of(TOKEN);
    fc_requests_assert_left(fc_handle_original, service, &request);
    assert_int_equal(fc_worker_pool_stats(service->pool).queued, 0);
    atomic_store(&stub.open, true);
    assert_true(fc_task_wait(running, 60000));
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
