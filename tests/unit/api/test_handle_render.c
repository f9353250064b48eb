/* Whether the same picture comes as from /process is seen by tests/contract/serve_render.py. */
#include <stdio.h>
#include <string.h>

#include "api/routes.h"
#include "base/file.h"
#include "support/fc_test.h"
#include "support/requests.h"
#include "support/stub_service.h"
#include "support/test_engine.h"

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

static fc_http_request render_of(const char *token)
{
    return fc_requests_get("/api/v1/render", "token", token);
}

static void tokens_that_lead_to_nothing_are_refused(void **state)
{
    (void)state;
    static const char *const TOKENS[] = { TOKEN, "", "..", "no token" };
    for (size_t i = 0; i < sizeof TOKENS / sizeof TOKENS[0]; i++) {
        const fc_http_request request = render_of(TOKENS[i]);
        fc_http_response response = fc_requests_ask(fc_handle_render, service, &request);
        fc_requests_assert_refused(&response, 404, "Analysis not found");
    }
    fc_stub_service_keep_analysis(service, TOKEN);
    assert_int_equal(fc_analysis_store_drop(service->analyses, "", TOKEN), FC_ANALYSIS_THERE);
    const fc_http_request request = render_of(TOKEN);
    fc_http_response response = fc_requests_ask(fc_handle_render, service, &request);
    fc_requests_assert_refused(&response, 410, "analyse the photo again");
}

static void an_analysis_of_another_client_is_not_found(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    fc_http_request request = render_of(TOKEN);
    (void)snprintf(request.key_name, sizeof request.key_name, "other");
    fc_http_response response = fc_requests_ask(fc_handle_render, service, &request);
    fc_requests_assert_refused(&response, 404, "Analysis not found");
}

static void fields_that_are_wrong_are_refused_before_the_token_is_looked_at(void **state)
{
    (void)state;
    fc_http_request request = render_of(TOKEN);
    request.fields = FC_REQUESTS_PAIRS({ "preview", "0" });
    fc_http_response response = fc_requests_ask(fc_handle_render, service, &request);
    fc_requests_assert_refused(&response, 422, "[\"body\",\"preview\"]");
}

/* The stub's pool has 100 bytes. */
static void a_portrait_that_takes_too_much_memory_is_refused(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = render_of(TOKEN);
    fc_requests_assert_fails(fc_handle_render, service, &request, FC_LIMIT_EXCEEDED);
    assert_int_equal(atomic_load(&service->statistics->renders), 0);
}

static void a_full_queue_says_when_to_come_again_and_the_analysis_stays(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = render_of(TOKEN);
    fc_http_response response = fc_requests_ask_full(fc_handle_render, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
    assert_int_equal(fc_analysis_store_stats(service->analyses).count, 1);
}

/* What waits for a worker goes with its client, and gives its analysis back. */
static void whoever_has_left_is_not_rendered_for(void **state)
{
    (void)state;
    fc_stub_service_keep_analysis(service, TOKEN);
    const fc_http_request request = render_of(TOKEN);
    fc_requests_assert_left(fc_handle_render, service, &stub, &request);
}

static fc_status drop(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)context, (void)portrait, (void)number, (void)count, (void)err;
    return FC_OK;
}

/* A pool with memory for a real portrait, and an analysis of a real photo. */
static void keep_a_real_one(void)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    FC_AUTO(fc_analysis) analysis = NULL;
    FC_AUTO_BUFFER(file, 0);
    ASSERT_OK(fc_file_read("tests/data/astronaut.png", (size_t)8 << 20, &file, &err), err);
    ASSERT_OK(fc_analysis_make(fc_test_engine, &photo, fc_buffer_bytes(&file), NULL, drop, NULL,
                               &analysis, &err),
              err);
    fc_photo_clear(&photo);
    ASSERT_OK(fc_analysis_store_put(service->analyses, "", TOKEN, analysis, &err), err);
    fc_stub_service_enlarge(service, &stub);
}

static void a_portrait_is_rendered_smaller_where_a_preview_is_asked_for(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    keep_a_real_one();
    fc_http_request request = render_of(TOKEN);
    request.fields =
        FC_REQUESTS_PAIRS({ "width", "128" }, { "height", "64" }, { "preview", "0.5" });
    fc_http_response response = fc_requests_ask(fc_handle_render, service, &request);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    fc_requests_assert_header(&response, "X-Width", "64");
    fc_requests_assert_header(&response, "X-Height", "32");
    fc_http_response_clear(&response);
    request.fields = FC_REQUESTS_PAIRS({ "face", "7" });
    fc_requests_assert_fails(fc_handle_render, service, &request, FC_INVALID_ARGUMENT);
    assert_int_equal(atomic_load(&service->statistics->renders), 1);
}

#define RENDER_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RENDER_TEST(tokens_that_lead_to_nothing_are_refused),
        RENDER_TEST(an_analysis_of_another_client_is_not_found),
        RENDER_TEST(fields_that_are_wrong_are_refused_before_the_token_is_looked_at),
        RENDER_TEST(a_portrait_that_takes_too_much_memory_is_refused),
        RENDER_TEST(a_full_queue_says_when_to_come_again_and_the_analysis_stays),
        RENDER_TEST(whoever_has_left_is_not_rendered_for),
        RENDER_TEST(a_portrait_is_rendered_smaller_where_a_preview_is_asked_for),
    };
    return cmocka_run_group_tests_name("api/handle_render", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
