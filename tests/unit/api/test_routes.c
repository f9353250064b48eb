#include "api/routes.h"

#include <stdio.h>
#include <string.h>

#include "service/form.h"
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

static bool is_a_field(const char *name)
{
    return strcmp(name, "params") == 0 || strcmp(name, "background_file") == 0 ||
           strcmp(name, "sheet_options") == 0 ||
           fc_option_lookup(fc_params_options(), name) != NULL ||
           fc_option_lookup(fc_form_options(), name) != NULL;
}

static void fields_of_a_row_are_options(void **state)
{
    (void)state;
    const fc_http_routes routes = fc_routes();
    for (size_t i = 0; i < routes.count; i++) {
        const char *fields = routes.rows[i].fields;
        assert_false(fields != NULL && routes.rows[i].body == FC_HTTP_NO_BODY);
        for (const char *at = fields; at != NULL && *at != '\0'; at += strspn(at, " ")) {
            char name[64];
            const size_t length = strcspn(at, " ");
            (void)snprintf(name, sizeof name, "%.*s", (int)length, at);
            if (!is_a_field(name[0] == '-' ? name + 1 : name)) {
                fail_msg("%s names the field %s", routes.rows[i].name, name);
            }
            at += length;
        }
    }
}

static void a_worker_has_the_routes_of_monitors_alone(void **state)
{
    (void)state;
    const fc_http_routes routes = fc_routes_worker();
    assert_int_equal(routes.count, 6);
    assert_string_equal(routes.rows[0].pattern, "/health");
    assert_string_equal(routes.rows[5].pattern, "/metrics");
    for (size_t i = 0; i < routes.count; i++) {
        assert_int_equal(routes.rows[i].body, FC_HTTP_NO_BODY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete_and_their_names_differ),
        cmocka_unit_test(only_health_and_documentation_are_open),
        cmocka_unit_test(fields_of_a_row_are_options),
        cmocka_unit_test(paths_find_their_rows),
        cmocka_unit_test(a_worker_has_the_routes_of_monitors_alone),
    };
    return cmocka_run_group_tests_name("api/routes", tests, NULL, NULL);
}
