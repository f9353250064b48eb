#include "ops/grey.h"

#include <stddef.h>

#include "support/fc_test.h"

/* Values of cvtColor(BGR2GRAY), OpenCV 5.0.0. The shares add up to 1, so white stays white. */
static void grey_is_that_of_opencv(void **state)
{
    (void)state;
    static const uint8_t COLOURS[][4] = {
        /* R, G, B, grey */
        { 0, 0, 0, 0 },    { 255, 255, 255, 255 }, { 255, 0, 0, 76 },   { 0, 255, 0, 150 },
        { 0, 0, 255, 29 }, { 12, 200, 7, 122 },    { 90, 33, 250, 75 }, { 1, 2, 3, 2 }
    };
    for (size_t i = 0; i < sizeof COLOURS / sizeof COLOURS[0]; i++) {
        assert_int_equal(fc_grey_of(COLOURS[i]), COLOURS[i][3]);
    }
}

static void alpha_is_ignored(void **state)
{
    (void)state;
    static const uint8_t PIXELS[] = { 12, 200, 7, 0, 12, 200, 7, 255 };
    assert_int_equal(fc_grey_of(PIXELS), 122);
    assert_int_equal(fc_grey_of(PIXELS + 4), 122);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_is_that_of_opencv),
        cmocka_unit_test(alpha_is_ignored),
    };
    return cmocka_run_group_tests_name("ops/grey", tests, NULL, NULL);
}
