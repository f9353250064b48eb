#include "http/parameters.h"

#include <string.h>

#include "support/fc_test.h"

static void assert_value(const fc_http_parameters *parameters, const char *name, const char *value)
{
    const fc_http_parameter *found = fc_http_parameters_lookup(parameters, name);
    assert_non_null(found);
    assert_string_equal(found->value, value);
    assert_int_equal(found->size, strlen(value));
}

static void a_value_comes_apart_in_any_case_and_with_any_spaces(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "form-data;name=\"a\";filename=\"b c\"",
        " Form-Data ; Name = \"a\" ;\t FILENAME=b c ",
        "FORM-DATA; ; name=a;; filename=\"b c\";",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        fc_error err = { 0 };
        fc_http_parameters parameters;
        ASSERT_OK(fc_http_parameters_parse(TEXTS[i], &parameters, &err), err);
        assert_string_equal(parameters.value, "form-data");
        assert_int_equal(parameters.count, 2);
        assert_value(&parameters, "name", "a");
        assert_value(&parameters, "filename", "b c");
        assert_null(fc_http_parameters_lookup(&parameters, "Name"));
    }
}

/* As browsers send names of files. */
static void a_backslash_hides_a_quote_and_itself_and_nothing_else(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_http_parameters parameters;
    ASSERT_OK(fc_http_parameters_parse("a; b=\"C:\\photo; \\\"x\\\\ \"; c=\"\"", &parameters, &err),
              err);
    assert_value(&parameters, "b", "C:\\photo; \"x\\ ");
    assert_value(&parameters, "c", "");
}

static void what_is_malformed_is_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[] = {
        "",
        " ",
        "; a=b",
        "a; b",
        "a; =c",
        "a; b=\"c",
        "a; b=\"c\"d",
        "a; b=1; b=2",
        "a; b=1; B=2",
        "a; b=\"c\\\"",
        "a; 123456789012345678901234567890123=c",
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        fc_error err = { 0 };
        fc_http_parameters parameters;
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_parameters_parse(TEXTS[i], &parameters, &err),
                     err);
    }
}

static void values_and_their_number_are_bounded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static fc_http_parameters parameters;
    static char text[FC_HTTP_PARAMETER_SIZE + 8] = "a;b=";
    memset(text + 4, 'x', FC_HTTP_PARAMETER_SIZE - 1);
    ASSERT_OK(fc_http_parameters_parse(text, &parameters, &err), err);
    assert_int_equal(parameters.items[0].size, FC_HTTP_PARAMETER_SIZE - 1);
    text[4 + FC_HTTP_PARAMETER_SIZE - 1] = 'x';
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_http_parameters_parse(text, &parameters, &err), err);

    ASSERT_OK(fc_http_parameters_parse("v;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1", &parameters, &err),
              err);
    assert_int_equal(parameters.count, FC_HTTP_PARAMETERS_MAX);
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_http_parameters_parse("v;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1", &parameters, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_comes_apart_in_any_case_and_with_any_spaces),
        cmocka_unit_test(a_backslash_hides_a_quote_and_itself_and_nothing_else),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(values_and_their_number_are_bounded),
    };
    return cmocka_run_group_tests_name("http/parameters", tests, NULL, NULL);
}
