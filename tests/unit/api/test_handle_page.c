#include <string.h>

#include "api/page_assets.h"
#include "api/routes.h"
#include "support/fc_test.h"
#include "support/requests.h"

static fc_service with_page(void)
{
    fc_service service = { .server = fc_server_settings_default() };
    service.server.ui = true;
    return service;
}

/* The start page for a browser that takes gzip and prefers these languages; NULL: it says none. */
static fc_http_response open_root(fc_service *service, const char *languages)
{
    const fc_http_pair headers[] = { { "Accept", "text/html,*/*;q=0.8" },
                                     { "Accept-Encoding", "gzip" },
                                     { "Accept-Language", languages } };
    const fc_http_request request = { .path = "/",
                                      .headers = { headers, languages != NULL ? 3 : 2 } };
    return fc_requests_ask(fc_handle_root, service, &request);
}

static void browsers_get_the_page_and_what_it_may_do(void **state)
{
    (void)state;
    fc_service service = with_page();
    fc_http_response response = open_root(&service, NULL);
    assert_int_equal(response.code, 200);
    assert_int_equal(response.kind, FC_HTTP_CONSTANT);
    fc_requests_assert_header(&response, "Content-Language", "en");
    fc_requests_assert_header(&response, "Content-Encoding", "gzip");
    fc_requests_assert_header(&response, "Cache-Control", "no-cache");
    fc_requests_assert_header(&response, "Vary", "Accept, Accept-Language, Accept-Encoding");
    const char *policy = fc_http_response_header_lookup(&response, "Content-Security-Policy");
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_non_null(strstr(policy, "frame-ancestors 'none'"));
    const char *lent = fc_http_response_header_lookup(&response, "Permissions-Policy");
    assert_non_null(strstr(lent, "camera=(self)"));
    assert_non_null(strstr(lent, "microphone=()"));
    fc_http_response_clear(&response);
}

static void the_page_speaks_the_first_language_that_it_knows(void **state)
{
    (void)state;
    static const struct {
        const char *asked;
        const char *spoken;
    } CASES[] = { { "de", "de" },
                  { "de-AT", "de" },
                  { "DE-ch,en;q=0.5", "de" },
                  { "tlh, de;q=0.7, en;q=0.3", "de" },
                  { "de;q=0, en", "en" },
                  { "tlh", "en" },
                  { "deu", "en" },
                  { "d", "en" },
                  { "*", "en" },
                  { ",,,", "en" },
                  { "", "en" },
                  { "a-tag-that-is-longer-than-any-that-there-is-in-the-world, de", "de" } };
    fc_service service = with_page();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_http_response response = open_root(&service, CASES[i].asked);
        fc_requests_assert_header(&response, "Content-Language", CASES[i].spoken);
        fc_http_response_clear(&response);
    }
}

static void assert_sent_to_docs(fc_http_response *response)
{
    assert_int_equal(response->code, 307);
    fc_requests_assert_header(response, "Location", "docs");
    fc_http_response_clear(response);
}

static void programs_are_sent_to_the_documentation(void **state)
{
    (void)state;
    fc_service service = with_page();
    fc_http_request request = fc_requests_get("/", NULL, NULL);
    fc_http_response response = fc_requests_ask(fc_handle_root, &service, &request);
    assert_sent_to_docs(&response);
    request.headers = FC_REQUESTS_PAIRS({ "Accept", "application/json" });
    response = fc_requests_ask(fc_handle_root, &service, &request);
    assert_sent_to_docs(&response);
    service.server.ui = false; /* and everybody is, where there is no page */
    response = open_root(&service, "en");
    assert_sent_to_docs(&response);
}

static fc_http_response open_file(fc_service *service, const char *name)
{
    const fc_http_request request = fc_requests_get("/ui", "file", name);
    return fc_requests_ask(fc_handle_page_file, service, &request);
}

static void files_of_the_page_can_be_kept_for_ever(void **state)
{
    (void)state;
    fc_service service = with_page();
    size_t files = 0;
    for (size_t i = 0; i < fc_page_assets_count; i++) {
        if (fc_page_assets[i].name != NULL) {
            fc_http_response response = open_file(&service, fc_page_assets[i].name);
            assert_int_equal(response.code, 200);
            assert_int_equal(response.kind, FC_HTTP_BUFFER); /* unpacked: nobody takes gzip */
            assert_true(response.buffer.size > 0);
            fc_requests_assert_header(&response, "Content-Type", fc_page_assets[i].type);
            fc_requests_assert_header(&response, "Cache-Control",
                                      "public, max-age=31536000, immutable");
            fc_http_response_clear(&response);
            files++;
        }
    }
    assert_true(files > 0);
}

static void files_that_are_not_there_are_not_found(void **state)
{
    (void)state;
    fc_service service = with_page();
    fc_http_response response = open_file(&service, "");
    fc_requests_assert_refused(&response, 404, "Not Found");
    response = open_file(&service, "../index.html");
    fc_requests_assert_refused(&response, 404, "Not Found");
    service.server.ui = false;
    for (size_t i = 0; i < fc_page_assets_count; i++) {
        if (fc_page_assets[i].name != NULL) {
            response = open_file(&service, fc_page_assets[i].name);
            fc_requests_assert_refused(&response, 404, "Not Found");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(browsers_get_the_page_and_what_it_may_do),
        cmocka_unit_test(the_page_speaks_the_first_language_that_it_knows),
        cmocka_unit_test(programs_are_sent_to_the_documentation),
        cmocka_unit_test(files_of_the_page_can_be_kept_for_ever),
        cmocka_unit_test(files_that_are_not_there_are_not_found),
    };
    return cmocka_run_group_tests_name("api/handle_page", tests, NULL, NULL);
}
