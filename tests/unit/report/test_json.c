#include "report/json.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

static fc_status write_line(fc_buffer *out, fc_error *err)
{
    fc_buffer_clear(out);
    return fc_json_write_line(json_pack("{s:b, s:s}", "success", 1, "error", "none"), out, err);
}

/* The library does not look at what comes of writing a key, and goes on without it. */
static void a_line_is_whole_or_there_is_none(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer line = FC_BUFFER(1000);
    SWEEP_ALLOCATIONS(write_line(&line, &err), line.size == 0);
    assert_string_equal(fc_buffer_text(&line), "{\"success\":true,\"error\":\"none\"}\n");
    fc_buffer_clear(&line);
}

static void a_value_that_could_not_be_made_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer line = FC_BUFFER(1000);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_json_write_line(NULL, &line, &err), err);
}

/* Before, that was told as memory that ran out. */
static void a_line_that_is_longer_than_its_limit_is_refused_as_such(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_buffer line = FC_BUFFER(strlen("{\"success\":true,\"error\":\"none\"}\n"));
    ASSERT_OK(write_line(&line, &err), err);
    line.size_max--; /* the end of the line */
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write_line(&line, &err), err);
    assert_int_equal(line.size, 0);
    line.size_max = 5;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, write_line(&line, &err), err);
    assert_int_equal(line.size, 0);
}

static void assert_text(json_t *value, const char *expected)
{
    assert_string_equal(json_string_value(value), expected);
    json_decref(value);
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    assert_text(fc_json_text("\xC3\xA9t\xC3\xA9"), "\xC3\xA9t\xC3\xA9");
    assert_text(fc_json_text(""), "");
    assert_text(fc_json_text("a\xFF"), "a\xEF\xBF\xBD");
    assert_text(fc_json_text("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD"); /* cut short */
    json_t *none = fc_json_text(NULL);
    assert_true(json_is_null(none));
}

static void assert_number(json_t *value, double expected)
{
    assert_true(json_real_value(value) == expected);
    json_decref(value);
}

static void numbers_are_rounded_to_their_decimals(void **state)
{
    (void)state;
    assert_number(fc_json_rounded(2.0 / 3.0, 3), 0.667);
    assert_number(fc_json_rounded(-1.5, 0), -2.0);
    assert_number(fc_json_rounded(0.0000004, 6), 0.0);
}

static void times_are_those_of_utc(void **state)
{
    (void)state;
    json_t *told = json_pack("[o, o]", fc_json_time(INT64_C(1795253400)), fc_json_time(0));
    assert_string_equal(json_string_value(json_array_get(told, 0)), "2026-11-21T09:30:00Z");
    assert_true(json_is_null(json_array_get(told, 1)));
    json_decref(told);
}

static void a_list_that_could_not_be_made_stays_unmade(void **state)
{
    (void)state;
    json_t *list = fc_json_append(fc_json_append(json_array(), json_integer(1)), json_null());
    assert_int_equal(json_array_size(list), 2);
    assert_null(fc_json_append(list, NULL)); /* and the list is gone */
    assert_null(fc_json_append(NULL, json_integer(1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_whole_or_there_is_none),
        cmocka_unit_test(a_value_that_could_not_be_made_is_refused),
        cmocka_unit_test(a_line_that_is_longer_than_its_limit_is_refused_as_such),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(numbers_are_rounded_to_their_decimals),
        cmocka_unit_test(times_are_those_of_utc),
        cmocka_unit_test(a_list_that_could_not_be_made_stays_unmade),
    };
    return cmocka_run_group_tests_name("report/json", tests, NULL, NULL);
}
