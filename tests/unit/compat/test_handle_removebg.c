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
    return fc_requests_post("/v1.0/removebg", "image_file", fc_stub_photo(what));
}

/* The answer is a refusal in remove.bg's words. */
static void assert_refused(const fc_http_request *request, const char *code)
{
    fc_http_response response = fc_requests_ask(fc_handle_removebg, service, request);
    json_t *answer = fc_requests_json(&response);
    const json_t *first = json_array_get(json_object_get(answer, "errors"), 0);
    assert_string_equal(fc_requests_string(first, NULL, "code"), code);
    assert_true(fc_requests_string(first, NULL, "title")[0] != '\0');
    json_decref(answer);
    assert_int_equal(response.code, 400);
    fc_http_response_clear(&response);
}

static void a_photo_comes_back_cut_out_with_its_facts(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.fields = FC_REQUESTS_PAIRS({ "size", "preview" }, { "format", "webp" });
    fc_http_response response = fc_requests_ask(fc_handle_removebg, service, &request);
    assert_int_equal(response.code, 200);
    assert_string_equal(fc_requests_text(&response), "cutout");
    fc_requests_assert_header(&response, "Content-Type", "image/webp");
    fc_requests_assert_header(&response, "X-Width", "40");
    fc_requests_assert_header(&response, "X-Height", "30");
    fc_requests_assert_header(&response, "X-Type", "person");
    fc_requests_assert_header(&response, "X-Credits-Charged", "0");
    fc_http_response_clear(&response);
}

static void clients_that_accept_json_get_the_picture_in_it(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.headers = FC_REQUESTS_PAIRS({ "Accept", "application/json" });
    request.fields = FC_REQUESTS_PAIRS({ "type_level", "none" });
    fc_http_response response = fc_requests_ask(fc_handle_removebg, service, &request);
    json_t *answer = fc_requests_json(&response);
    assert_string_equal(fc_requests_string(answer, "data", "result_b64"), "Y3V0b3V0");
    json_decref(answer);
    fc_requests_assert_header(&response, "X-Type", NULL);
    fc_http_response_clear(&response);
}

static void fields_and_photos_that_are_wrong_have_words_of_their_own(void **state)
{
    (void)state;
    fc_http_request request = photo_of('q');
    request.fields = FC_REQUESTS_PAIRS({ "size", "gigantic" });
    assert_refused(&request, "invalid_size");
    request = photo_of('q');
    request.file_count = 0;
    assert_refused(&request, "missing_source");
    request = photo_of('q');
    request.fields = FC_REQUESTS_PAIRS({ "image_url", "https://example.org/a.jpg" });
    assert_refused(&request, "multiple_sources");
    assert_int_equal(atomic_load(&stub.done), 0);
    request = fc_requests_post("/v1.0/removebg", "image_file", fc_stores_bytes("text"));
    assert_refused(&request, "invalid_file_type");
    request = photo_of('f');
    assert_refused(&request, "failed_to_read_image");
    request = photo_of('n');
    assert_refused(&request, "unknown_foreground");
    request = photo_of('l');
    assert_refused(&request, "resolution_too_high");
}

static void a_full_queue_says_when_to_come_again(void **state)
{
    (void)state;
    const fc_http_request request = photo_of('q');
    fc_http_response response = fc_requests_ask_full(fc_handle_removebg, service, &stub, &request);
    assert_non_null(fc_http_response_header_lookup(&response, "Retry-After"));
    fc_requests_assert_refused(&response, 503, "are waiting already");
}

static void a_service_that_ends_takes_no_more(void **state)
{
    (void)state;
    fc_service_close(service);
    fc_http_request request = photo_of('q');
    request.received_us = atomic_load(&service->draining_us) + 1;
    fc_http_response response = fc_requests_ask(fc_handle_removebg, service, &request);
    fc_requests_assert_refused(&response, 503, "is being stopped");
}

static void an_account_has_exactly_the_keys_that_its_clients_know(void **state)
{
    (void)state;
    const fc_http_request request = fc_requests_get("/v1.0/account", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_removebg_account, service, &request);
    assert_string_equal(fc_requests_text(&response),
                        "{\"data\":{\"attributes\":{\"credits\":{\"total\":1000000,"
                        "\"subscription\":0,\"payg\":1000000,\"enterprise\":0},\"api\":"
                        "{\"free_calls\":1000000,\"sizes\":\"all\"}}}}");
    assert_non_null(fc_http_response_header_lookup(&response, "X-RateLimit-Limit"));
    fc_http_response_clear(&response);
}

#define REMOVEBG_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REMOVEBG_TEST(a_photo_comes_back_cut_out_with_its_facts),
        REMOVEBG_TEST(clients_that_accept_json_get_the_picture_in_it),
        REMOVEBG_TEST(fields_and_photos_that_are_wrong_have_words_of_their_own),
        REMOVEBG_TEST(a_full_queue_says_when_to_come_again),
        REMOVEBG_TEST(a_service_that_ends_takes_no_more),
        REMOVEBG_TEST(an_account_has_exactly_the_keys_that_its_clients_know),
    };
    return cmocka_run_group_tests_name("compat/handle_removebg", tests, NULL, NULL);
}
