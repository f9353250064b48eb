#include <string.h>

#include "compat/handlers.h"
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
    return fc_requests_post("/api/remove", "file", fc_stub_photo(what));
}

static void a_photo_comes_back_cut_out(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.query = FC_REQUESTS_PAIRS({ "model", "birefnet-general" }, { "a", "true" });
    request.fields = FC_REQUESTS_PAIRS({ "model", "silueta" }, { "bgc", "1,2,3,255" });
    fc_http_response response = fc_requests_ask(fc_handle_rembg, service, &request);
    assert_int_equal(response.code, 200);
    assert_string_equal(fc_requests_text(&response), "cutout");
    fc_requests_assert_header(&response, "Content-Type", "image/png");
    assert_non_null(fc_http_response_header_lookup(&response, "Server-Timing"));
    fc_http_response_clear(&response);
}

static void fields_that_are_wrong_and_a_missing_file_are_told_together(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.file_count = 0;
    request.query = FC_REQUESTS_PAIRS({ "model", "u3net" }, { "af", "256" });
    fc_http_response response = fc_requests_ask(fc_handle_rembg, service, &request);
    assert_int_equal(response.code, 422);
    json_t *answer = fc_requests_json(&response);
    assert_int_equal(json_array_size(json_object_get(answer, "detail")), 3);
    json_decref(answer);
    assert_non_null(strstr(fc_requests_text(&response), "[\"query\",\"model\"]"));
    fc_requests_assert_refused(&response, 422, "[\"body\",\"file\"]");
    assert_int_equal(atomic_load(&stub.done), 0);
}

static void what_fails_is_the_servers_to_tell(void **state)
{
    (void)state;
    fc_http_request request = photo_of('f');
    fc_requests_assert_fails(fc_handle_rembg, service, &request, FC_CORRUPT_IMAGE);
    request = photo_of('n');
    fc_requests_assert_fails(fc_handle_rembg, service, &request, FC_NO_FACE);
    request = fc_requests_post("/api/remove", "file", fc_stores_bytes("text"));
    fc_requests_assert_fails(fc_handle_rembg, service, &request, FC_UNSUPPORTED_FORMAT);
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('q');
    fc_http_response response = fc_requests_ask_full(fc_handle_rembg, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

/* What is fetched from the web is in contract/serve_fetch.py; here nothing may be fetched. */
static void addresses_that_are_not_to_be_fetched_are_refused(void **state)
{
    (void)state;
    service->server.fetch_urls = FC_FETCH_OFF;
    fc_http_request request = fc_requests_get("/api/remove", NULL, NULL);
    request.query = FC_REQUESTS_PAIRS({ "url", "https://example.org/a.jpg" });
    fc_http_response response = fc_requests_ask(fc_handle_rembg_url, service, &request);
    fc_requests_assert_refused(&response, 400, "detail");
    service->server.fetch_urls = FC_FETCH_HTTPS;
    static const char *const URLS[] = { "", "file:///etc/passwd", "http://example.org/a.jpg",
                                        "https://127.0.0.1/a.jpg", "no address" };
    for (size_t i = 0; i < sizeof URLS / sizeof URLS[0]; i++) {
        request.query = FC_REQUESTS_PAIRS({ "url", URLS[i] });
        response = fc_requests_ask(fc_handle_rembg_url, service, &request);
        fc_requests_assert_refused(&response, 400, "detail");
    }
    assert_int_equal(atomic_load(&stub.done), 0);
}

static void an_address_that_is_not_given_is_missed(void **state)
{
    (void)state;
    fc_http_request request = fc_requests_get("/api/remove", NULL, NULL);
    request.query = FC_REQUESTS_PAIRS({ "om", "perhaps" });
    fc_http_response response = fc_requests_ask(fc_handle_rembg_url, service, &request);
    assert_non_null(strstr(fc_requests_text(&response), "[\"query\",\"om\"]"));
    assert_non_null(strstr(fc_requests_text(&response), "[\"query\",\"url\"]"));
    fc_requests_assert_refused(&response, 422, "Field required");
}

#define REMBG_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REMBG_TEST(a_photo_comes_back_cut_out),
        REMBG_TEST(fields_that_are_wrong_and_a_missing_file_are_told_together),
        REMBG_TEST(what_fails_is_the_servers_to_tell),
        REMBG_TEST(a_full_queue_says_when_to_come_again),
        REMBG_TEST(addresses_that_are_not_to_be_fetched_are_refused),
        REMBG_TEST(an_address_that_is_not_given_is_missed),
    };
    return cmocka_run_group_tests_name("compat/handle_rembg", tests, NULL, NULL);
}
