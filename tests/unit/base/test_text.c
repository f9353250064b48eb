#include "base/text.h"

#include <stdio.h>

#include "base/memory.h"
#include "support/fc_test.h"

static void a_copy_is_the_same_text_elsewhere(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *const text = "a face";
    FC_AUTO(fc_chars) copy = NULL;
    ASSERT_OK(fc_text_copy(text, &copy, &err), err);
    assert_string_equal(copy, text);
    assert_ptr_not_equal(copy, text);
    FC_AUTO(fc_chars) empty = NULL;
    ASSERT_OK(fc_text_copy("", &empty, &err), err);
    assert_string_equal(empty, "");
}

static void bytes_become_a_text(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_chars) copy = NULL;
    ASSERT_OK(fc_text_copy_bytes((fc_bytes){ (const uint8_t *)"abcdef", 3 }, &copy, &err), err);
    assert_string_equal(copy, "abc");
    FC_AUTO(fc_chars) empty = NULL;
    ASSERT_OK(fc_text_copy_bytes((fc_bytes){ NULL, 0 }, &empty, &err), err);
    assert_string_equal(empty, "");
}

static void without_memory_nothing_is_changed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    char *copy = NULL;
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_text_copy("a", &copy, &err), err);
    fc_memory_fail_after(1);
    ASSERT_FAILS(FC_OUT_OF_MEMORY, fc_text_copy_bytes((fc_bytes){ 0 }, &copy, &err), err);
    fc_memory_fail_after(0);
    assert_null(copy);
}

static void assert_line(const char *text, const char *expected)
{
    char line[64];
    (void)snprintf(line, sizeof line, "%s", text);
    fc_text_make_line(line);
    assert_string_equal(line, expected);
}

static void control_characters_leave_one_line(void **state)
{
    (void)state;
    assert_line("as it was", "as it was");
    assert_line("00002098: no\n right\r\n \t", "00002098: no  right");
    assert_line("a\x7f"
                "b\x1b[1m",
                "a b [1m");
    assert_line("\xc3\xbc", "\xc3\xbc");
    assert_line("\n\n", "");
    assert_line("", "");
}

static void what_means_something_in_an_address_is_encoded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(out, 64);
    ASSERT_OK(fc_text_percent_encode("a#EXT#@b.c/\xC3\xA4 ~", &out, &err), err);
    assert_string_equal(fc_buffer_text(&out), "a%23EXT%23%40b.c%2F%C3%A4%20~");
    FC_AUTO_BUFFER(small, 2);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_text_percent_encode("/", &small, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_is_the_same_text_elsewhere),
        cmocka_unit_test(bytes_become_a_text),
        cmocka_unit_test(control_characters_leave_one_line),
        cmocka_unit_test(what_means_something_in_an_address_is_encoded),
        cmocka_unit_test(without_memory_nothing_is_changed),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
