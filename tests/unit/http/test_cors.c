#include "http/cors.h"

#include <string.h>

#include "support/fc_test.h"

#define TWO "https://a.example, https://b.example"

static const char *allowed_origin(const char *origins, const char *origin,
                                  fc_http_response *response)
{
    *response = fc_http_response_start();
    fc_http_cors_answer(origins, origin, response);
    return fc_http_response_header_lookup(response, "Access-Control-Allow-Origin");
}

static void listed_origins_are_named_others_are_not(void **state)
{
    (void)state;
    fc_http_response response;
    assert_string_equal(allowed_origin(TWO, "https://b.example", &response), "https://b.example");
    assert_string_equal(fc_http_response_header_lookup(&response, "Vary"), "Origin");
    static const char *const FOREIGN[] = {
        "https://c.example", "https://a.example.evil", "https://a.exampl", "null", "", NULL
    };
    for (size_t i = 0; i < sizeof FOREIGN / sizeof FOREIGN[0]; i++) {
        assert_null(allowed_origin(TWO, FOREIGN[i], &response));
    }
    assert_null(allowed_origin("", "https://a.example", &response));
}

static void a_star_is_for_all_and_never_with_credentials(void **state)
{
    (void)state;
    fc_http_response response;
    assert_string_equal(allowed_origin("*", "https://a.example", &response), "*");
    assert_null(fc_http_response_header_lookup(&response, "Access-Control-Allow-Credentials"));
    assert_null(fc_http_response_header_lookup(&response, "Vary"));
    assert_null(allowed_origin("*", NULL, &response));
}

static void what_answers_tell_in_headers_can_be_read(void **state)
{
    (void)state;
    fc_http_response response;
    (void)allowed_origin("*", "https://a.example", &response);
    const char *told = fc_http_response_header_lookup(&response, "Access-Control-Expose-Headers");
    static const char *const NAMES[] = { "Content-Disposition", "X-Error",  "X-Frame",
                                         "X-Facecraft-Model",   "X-Job-Id", "X-Max-Width",
                                         "X-Foreground-Top",    "X-Width",  "X-Document" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        assert_non_null(strstr(told, NAMES[i]));
    }
}

static void a_preflight_says_what_may_be_sent(void **state)
{
    (void)state;
    fc_http_response response = fc_http_response_start();
    fc_http_cors_preflight(TWO, "https://a.example", "GET, OPTIONS", &response);
    assert_int_equal(response.code, 204);
    assert_string_equal(fc_http_response_header_lookup(&response, "Access-Control-Allow-Methods"),
                        "GET, OPTIONS");
    response = fc_http_response_start();
    fc_http_cors_preflight(TWO, "https://c.example", "GET, OPTIONS", &response);
    assert_null(fc_http_response_header_lookup(&response, "Access-Control-Allow-Methods"));
    assert_string_equal(fc_http_response_header_lookup(&response, "Allow"), "GET, OPTIONS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listed_origins_are_named_others_are_not),
        cmocka_unit_test(a_star_is_for_all_and_never_with_credentials),
        cmocka_unit_test(what_answers_tell_in_headers_can_be_read),
        cmocka_unit_test(a_preflight_says_what_may_be_sent),
    };
    return cmocka_run_group_tests_name("http/cors", tests, NULL, NULL);
}
