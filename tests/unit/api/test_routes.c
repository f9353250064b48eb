#include "api/routes.h"

#include <string.h>

#include "support/fc_test.h"

static void rows_are_complete_and_their_names_differ(void **state)
{
    (void)state;
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        const fc_http_route *row = &routes.rows[i];
        assert_int_equal(row->pattern[0], '/');
        assert_non_null(row->handler);
        assert_non_null(row->tag);
        assert_non_null(row->summary);
        assert_null(strchr(row->summary, '|')); /* it is a cell of docs/routes.md */
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(row->name, routes.rows[k].name);
        }
    }
}

/* Whatever shows or takes portraits asks for the key. */
static void only_health_and_documentation_are_open(void **state)
{
    (void)state;
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        const fc_http_route *row = &routes.rows[i];
        assert_int_equal(row->open && strncmp(row->pattern, "/api/", 5) == 0, 0);
        assert_int_equal(row->open && row->body != FC_HTTP_NO_BODY, 0);
    }
}

static void paths_find_their_rows(void **state)
{
    (void)state;
    fc_http_match match = { 0 };
    char path[] = "/api/v1/download/abc/png";
    fc_http_routes_match(fc_routes(), "HEAD", path, &match);
    assert_non_null(match.route);
    assert_string_equal(match.route->name, "download");
    char events[] = "/api/v1/jobs/abc/events";
    fc_http_match followed = { 0 };
    fc_http_routes_match(fc_routes(), "GET", events, &followed);
    assert_string_equal(followed.route->name, "job_events");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete_and_their_names_differ),
        cmocka_unit_test(only_health_and_documentation_are_open),
        cmocka_unit_test(paths_find_their_rows),
    };
    return cmocka_run_group_tests_name("api/routes", tests, NULL, NULL);
}
