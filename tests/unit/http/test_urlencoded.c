#include "http/urlencoded.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static fc_status decode_path(const char *path, char decoded[128], fc_error *err)
{
    (void)snprintf(decoded, 128, "%s", path);
    return fc_http_path_decode(decoded, err);
}

static void a_path_is_decoded_once(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char path[128];
    ASSERT_OK(decode_path("/a%20b/%C3%A4+/...", path, &err), err);
    assert_string_equal(path, "/a b/\xc3\xa4+/...");
    ASSERT_OK(decode_path("/%2541", path, &err), err);
    assert_string_equal(path, "/%41");
    ASSERT_OK(decode_path("/a.b/..c", path, &err), err);
}

static void a_path_that_could_lead_elsewhere_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const WRONG[] = { "",     "a",      "/..",     "/a/../b", "/%2e%2E/x",
                                         "/.",   "/a/./b", "/a%2Fb",  "/a\\b",   "/%5c",
                                         "/%00", "/%0a",   "/\x7f",   "/%",      "/%4",
                                         "/%zz", "/%ff",   "/%c0%ae", "/x/.." };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        char path[128];
        ASSERT_FAILS(FC_INVALID_ARGUMENT, decode_path(WRONG[i], path, &err), err);
    }
}

static void names_and_values_are_taken_apart(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char text[] = "a=1&b=x+y%26z&&c&d==&=e";
    fc_http_pair pairs[8];
    size_t count = 0;
    ASSERT_OK(fc_http_urlencoded_parse(text, pairs, 8, &count, &err), err);
    static const char *const EXPECTED[][2] = {
        { "a", "1" }, { "b", "x y&z" }, { "c", "" }, { "d", "=" }, { "", "e" }
    };
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(pairs[i].name, EXPECTED[i][0]);
        assert_string_equal(pairs[i].value, EXPECTED[i][1]);
    }
}

static void broken_or_too_many_pairs_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_pair pairs[2];
    size_t count = 7;
    char broken[] = "a=%4";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_urlencoded_parse(broken, pairs, 2, &count, &err),
                 err);
    char zero[] = "a=%00";
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_urlencoded_parse(zero, pairs, 2, &count, &err), err);
    char many[] = "a&b&c";
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_http_urlencoded_parse(many, pairs, 2, &count, &err), err);
    assert_int_equal(count, 7);
    char empty[] = "";
    ASSERT_OK(fc_http_urlencoded_parse(empty, pairs, 2, &count, &err), err);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_is_decoded_once),
        cmocka_unit_test(a_path_that_could_lead_elsewhere_is_refused),
        cmocka_unit_test(names_and_values_are_taken_apart),
        cmocka_unit_test(broken_or_too_many_pairs_are_refused),
    };
    return cmocka_run_group_tests_name("http/urlencoded", tests, NULL, NULL);
}
