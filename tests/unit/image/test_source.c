#include "image/source.h"

#include "support/fc_test.h"

static void as_many_pixels_as_allowed_pass_and_one_row_more_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_source_check_pixels((fc_size){ 20, 30 }, 600, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_source_check_pixels((fc_size){ 20, 31 }, 600, &err), err);
    assert_string_equal(err.text, "a picture of 20 x 31 = 620 px, at most 600 are accepted");
}

static void the_largest_sides_do_not_overflow(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size huge = { INT32_MAX, INT32_MAX };
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_source_check_pixels(huge, 1000, &err), err);
    ASSERT_OK(fc_source_check_pixels(huge, INT64_MAX, &err), err);
}

static void bytes_beyond_the_limit_are_told_with_what_takes_them(void **state)
{
    (void)state;
    fc_error err = { 0 };
    ASSERT_OK(fc_source_check_bytes(9, "GIF", 9, &err), err);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_source_check_bytes(10, "GIF", 9, &err), err);
    assert_string_equal(err.text, "decoding this GIF takes 10 bytes, at most 9 are accepted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_pixels_as_allowed_pass_and_one_row_more_is_refused),
        cmocka_unit_test(the_largest_sides_do_not_overflow),
        cmocka_unit_test(bytes_beyond_the_limit_are_told_with_what_takes_them),
    };
    return cmocka_run_group_tests_name("image/source", tests, NULL, NULL);
}
