#include "compat/lengths.h"

#include <stdlib.h>

#include "support/fc_test.h"

static void px_and_percent_are_told_apart(void **state)
{
    (void)state;
    fc_length read[4];
    size_t count = 0;
    assert_true(fc_lengths_parse(" 0% 12px  3 7.5% ", 4, read, &count));
    assert_int_equal(count, 4);
    assert_true(read[0].percent && read[3].percent);
    assert_false(read[1].percent || read[2].percent);
    assert_int_equal((int)read[1].value, 12);
    assert_int_equal((int)(read[3].value * 2), 15);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = { "",
                                       " ",
                                       "px",
                                       "%",
                                       "1 2 3",
                                       "-1px",
                                       "1em",
                                       "nan%",
                                       "1,2",
                                       "1px%%",
                                       "99999999999999999999999999"
                                       "99999999999999999999999999"
                                       "9999999999999" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        fc_length read[2];
        size_t count = 0;
        assert_false(fc_lengths_parse(BAD[i], 2, read, &count));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(px_and_percent_are_told_apart),
        cmocka_unit_test(anything_else_is_refused),
    };
    return cmocka_run_group_tests_name("compat/lengths", tests, NULL, NULL);
}
