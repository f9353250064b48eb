#include "http/route.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static const fc_http_route ROUTES[] = {
    { .method = FC_HTTP_GET, .pattern = "/", .name = "root" },
    { .method = FC_HTTP_GET, .pattern = "/health", .name = "health" },
    { .method = FC_HTTP_GET, .pattern = "/d/{job_id}/zip", .name = "zip" },
    { .method = FC_HTTP_GET, .pattern = "/d/{job_id}/{format}", .name = "download" },
    { .method = FC_HTTP_GET, .pattern = "/jobs/{job_id}", .name = "job" },
    { .method = FC_HTTP_DELETE, .pattern = "/jobs/{job_id}", .name = "delete" },
};

/* The path stays where the match can point into it. */
static void match(const char *method, const char *path, char copy[64], fc_http_match *out)
{
    (void)snprintf(copy, 64, "%s", path);
    const fc_http_routes routes = { .rows = ROUTES, .count = sizeof ROUTES / sizeof ROUTES[0] };
    fc_http_routes_match(routes, method, copy, out);
}

static void the_first_row_with_path_and_method_is_taken(void **state)
{
    (void)state;
    static const char *const CASES[][3] = {
        { "GET", "/", "root" },       { "HEAD", "/health", "health" },
        { "GET", "/d/7/zip", "zip" }, { "GET", "/d/7/png", "download" },
        { "GET", "/jobs/7", "job" },  { "DELETE", "/jobs/7", "delete" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char path[64];
        fc_http_match found;
        match(CASES[i][0], CASES[i][1], path, &found);
        assert_non_null(found.route);
        assert_string_equal(found.route->name, CASES[i][2]);
    }
}

static void parts_have_their_names(void **state)
{
    (void)state;
    char path[64];
    fc_http_match found;
    match("GET", "/d/a b/jpg", path, &found);
    assert_int_equal(found.part_count, 2);
    const fc_http_pairs parts = { found.parts, found.part_count };
    assert_string_equal(fc_http_pairs_lookup(parts, "job_id"), "a b");
    assert_string_equal(fc_http_pairs_lookup(parts, "format"), "jpg");
    assert_null(fc_http_pairs_lookup(parts, "other"));
}

static void an_unknown_path_has_no_methods(void **state)
{
    (void)state;
    static const char *const PATHS[] = { "/nothing", "/health/",  "//health", "/d/7",
                                         "/d//png",  "/d/7/png/", "/jobs/",   "/Health" };
    for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
        char path[64];
        fc_http_match found;
        match("GET", PATHS[i], path, &found);
        assert_null(found.route);
        assert_string_equal(found.allow, "");
    }
}

static void a_known_path_says_its_methods(void **state)
{
    (void)state;
    char path[64];
    fc_http_match found;
    match("POST", "/jobs/7", path, &found);
    assert_null(found.route);
    assert_string_equal(found.allow, "GET, HEAD, DELETE, OPTIONS");
    assert_int_equal(found.part_count, 0);
}

static void only_paths_below_a_signed_one_stay_as_they_were_sent(void **state)
{
    (void)state;
    const fc_http_routes none = { .rows = ROUTES, .count = 1 };
    const fc_http_routes some = { .rows = ROUTES, .count = 1, .as_sent = "/image" };
    assert_true(fc_http_routes_as_sent(some, "/image/a%2fb"));
    static const char *const OTHERS[] = {
        "/image", "/images/a", "/imag%65/a", "/", "", "//image/a"
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        assert_false(fc_http_routes_as_sent(some, OTHERS[i]));
    }
    assert_false(fc_http_routes_as_sent(none, "/image/a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_row_with_path_and_method_is_taken),
        cmocka_unit_test(parts_have_their_names),
        cmocka_unit_test(an_unknown_path_has_no_methods),
        cmocka_unit_test(a_known_path_says_its_methods),
        cmocka_unit_test(only_paths_below_a_signed_one_stay_as_they_were_sent),
    };
    return cmocka_run_group_tests_name("http/route", tests, NULL, NULL);
}
