#include "http/keys.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

static void every_key_of_the_list_opens(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_keys keys;
    char first[FC_HTTP_KEY_NAME_SIZE];
    char second[FC_HTTP_KEY_NAME_SIZE];
    ASSERT_OK(fc_http_keys_parse(" one ,two words,three\n", &keys, &err), err);
    assert_int_equal(keys.count, 3);
    assert_true(fc_http_keys_check(&keys, "one", first));
    assert_true(fc_http_keys_check(&keys, "two words", second));
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), 16);
    assert_true(fc_http_keys_check(&keys, "three", first));
}

static void nothing_else_opens(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_keys keys;
    char name[FC_HTTP_KEY_NAME_SIZE] = "unchanged";
    ASSERT_OK(fc_http_keys_parse("one,two", &keys, &err), err);
    static const char *const WRONG[] = { NULL, "", "on", "onee", "One", "one,two", " one" };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_false(fc_http_keys_check(&keys, WRONG[i], name));
    }
    assert_string_equal(name, "unchanged");
    ASSERT_OK(fc_http_keys_parse("", &keys, &err), err);
    assert_int_equal(keys.count, 0);
    assert_false(fc_http_keys_check(&keys, "", name));
}

static void a_list_with_gaps_or_too_long_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_keys keys = { .count = 9 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_keys_parse("a,,b", &keys, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_keys_parse(",", &keys, &err), err);
    char many[65 * 2 + 1] = "";
    for (size_t i = 0; i < 65; i++) {
        (void)snprintf(many + 2 * i, 3, "k,");
    }
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_keys_parse(many, &keys, &err), err);
    assert_int_equal(keys.count, 9);
}

static void a_key_is_found_in_either_header(void **state)
{
    (void)state;
    assert_string_equal(fc_http_keys_given("x", "Bearer y"), "x");
    assert_string_equal(fc_http_keys_given(NULL, "bearer  y"), "y");
    assert_null(fc_http_keys_given(NULL, "Basic y"));
    assert_null(fc_http_keys_given(NULL, "Bearery"));
    assert_null(fc_http_keys_given(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_the_list_opens),
        cmocka_unit_test(nothing_else_opens),
        cmocka_unit_test(a_list_with_gaps_or_too_long_is_refused),
        cmocka_unit_test(a_key_is_found_in_either_header),
    };
    return cmocka_run_group_tests_name("http/keys", tests, NULL, NULL);
}
