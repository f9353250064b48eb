#include "cli/progress.h"

#include <string.h>

#include "support/fc_test.h"

static const fc_progress HALF = { .total = 40, .done = 20, .failed = 1, .start_us = 1000000 };

static void the_line_tells_count_rate_and_time_left(void **state)
{
    (void)state;
    char line[256];
    fc_progress_format(&HALF, 11000000, 80, line, sizeof line);
    assert_string_equal(line, "[#############..............] 20/40, 1 failed, 2.0/s, 0:10 left");
}

static void a_narrow_terminal_gets_numbers_only(void **state)
{
    (void)state;
    char line[256];
    fc_progress_format(&HALF, 11000000, 20, line, sizeof line);
    assert_string_equal(line, "20/40, 1 failed, 2.");
    fc_progress_format(&HALF, 11000000, 1, line, sizeof line);
    assert_string_equal(line, "");
}

static void before_the_first_photo_there_is_no_rate(void **state)
{
    (void)state;
    char line[256];
    const fc_progress fresh = { .total = 3 };
    fc_progress_format(&fresh, 500, 80, line, sizeof line);
    assert_string_equal(line, "[...........................] 0/3");
}

static void nothing_is_shown_unless_wanted(void **state)
{
    (void)state;
    fc_progress progress;
    fc_progress_init(&progress, 5, false);
    assert_false(progress.shown);
    assert_int_equal(progress.total, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_count_rate_and_time_left),
        cmocka_unit_test(a_narrow_terminal_gets_numbers_only),
        cmocka_unit_test(before_the_first_photo_there_is_no_rate),
        cmocka_unit_test(nothing_is_shown_unless_wanted),
    };
    return cmocka_run_group_tests_name("cli/progress", tests, NULL, NULL);
}
