#include <string.h>

#include "api/routes.h"
#include "base/limits.h"
#include "support/fc_test.h"
#include "support/requests.h"

static fc_http_response open_file(const char *name)
{
    const fc_http_request request = fc_requests_get("/docs", "file", name);
    return fc_requests_ask(fc_handle_docs_asset, NULL, &request);
}

static void the_page_runs_nothing_but_its_own_scripts(void **state)
{
    (void)state;
    const fc_http_request request = fc_requests_get("/docs", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_docs, NULL, &request);
    assert_int_equal(response.code, 200);
    fc_requests_assert_header(&response, "Content-Type", "text/html; charset=utf-8");
    fc_requests_assert_header(&response, "Cache-Control", "no-cache");
    const char *policy = fc_http_response_header_lookup(&response, "Content-Security-Policy");
    assert_non_null(strstr(policy, "default-src 'none'; script-src 'self';"));
    assert_non_null(strstr(fc_requests_text(&response), "swagger-ui-bundle.js"));
    assert_non_null(strstr(fc_requests_text(&response), "init.js"));
    fc_http_response_clear(&response);
}

static void its_files_are_there(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *type;
    } FILES[] = { { "init.js", "text/javascript; charset=utf-8" },
                  { "swagger-ui.css", "text/css; charset=utf-8" },
                  { "swagger-ui-bundle.js", "text/javascript; charset=utf-8" } };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_http_response response = open_file(FILES[i].name);
        assert_int_equal(response.code, 200);
        fc_requests_assert_header(&response, "Content-Type", FILES[i].type);
        assert_non_null(fc_http_response_header_lookup(&response, "ETag"));
        assert_true(response.buffer.size > 0);
        fc_http_response_clear(&response);
    }
}

static void clients_that_take_gzip_get_it_as_it_is(void **state)
{
    (void)state;
    fc_http_request request = fc_requests_get("/docs", "file", "swagger-ui.css");
    request.headers = FC_REQUESTS_PAIRS({ "Accept-Encoding", "br, gzip" });
    fc_http_response response = fc_requests_ask(fc_handle_docs_asset, NULL, &request);
    assert_int_equal(response.kind, FC_HTTP_CONSTANT);
    fc_requests_assert_header(&response, "Content-Encoding", "gzip");
    assert_memory_equal(response.constant.data, "\x1f\x8b", 2);
    fc_http_response_clear(&response);
}

static void other_files_are_not_found(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "", "index.html", "INIT.JS", "../routes.c", "init.js/" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_http_response response = open_file(NAMES[i]);
        fc_requests_assert_refused(&response, 404, "Not Found");
    }
}

static void the_description_is_the_one_of_the_service(void **state)
{
    (void)state;
    static const char TEXT[] = "{\"openapi\":\"3.1.0\"}";
    fc_error err = { 0 };
    fc_service service = { .openapi = FC_BUFFER(FC_PAGE_BYTES_MAX) };
    ASSERT_OK(fc_buffer_append(&service.openapi, TEXT, strlen(TEXT), &err), err);
    const fc_http_request request = fc_requests_get("/openapi.json", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_openapi, &service, &request);
    json_t *document = fc_requests_json(&response);
    assert_string_equal(fc_requests_string(document, NULL, "openapi"), "3.1.0");
    json_decref(document);
    fc_http_response_clear(&response);
    fc_buffer_clear(&service.openapi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_runs_nothing_but_its_own_scripts),
        cmocka_unit_test(its_files_are_there),
        cmocka_unit_test(clients_that_take_gzip_get_it_as_it_is),
        cmocka_unit_test(other_files_are_not_found),
        cmocka_unit_test(the_description_is_the_one_of_the_service),
    };
    return cmocka_run_group_tests_name("api/handle_docs", tests, NULL, NULL);
}
