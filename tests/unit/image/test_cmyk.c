#include "image/cmyk.h"

#include <stdlib.h>

#include "support/fc_test.h"

static void assert_near(const uint8_t rgb[3], int red, int green, int blue, int tolerance)
{
    assert_true(abs(rgb[0] - red) <= tolerance);
    assert_true(abs(rgb[1] - green) <= tolerance);
    assert_true(abs(rgb[2] - blue) <= tolerance);
}

static void paper_is_white_and_all_inks_are_black(void **state)
{
    (void)state;
    const uint8_t inks[] = { 0, 0, 0, 0, 255, 255, 255, 255 };
    uint8_t rgb[6];
    fc_cmyk_row(inks, 8, false, rgb, 2);
    assert_near(rgb, 255, 255, 255, 0);
    assert_near(rgb + 3, 0, 0, 20, 12);
}

/* What the profile gave that was used before, and a printer would expect. */
static void inks_have_the_colours_of_the_press(void **state)
{
    (void)state;
    static const int INKS[][7] = {
        { 255, 0, 0, 0, 0, 153, 228 },   { 0, 255, 0, 0, 234, 0, 130 },
        { 0, 0, 255, 0, 255, 240, 0 },   { 255, 255, 0, 0, 28, 0, 119 },
        { 0, 255, 255, 0, 232, 0, 17 },  { 255, 0, 255, 0, 0, 140, 50 },
        { 0, 0, 0, 128, 147, 146, 146 },
    };
    for (size_t i = 0; i < sizeof INKS / sizeof INKS[0]; i++) {
        uint8_t ink[4];
        uint8_t rgb[3];
        for (int c = 0; c < 4; c++) {
            ink[c] = (uint8_t)INKS[i][c];
        }
        fc_cmyk_row(ink, 8, false, rgb, 1);
        assert_near(rgb, INKS[i][4], INKS[i][5], INKS[i][6], 25);
    }
}

static void more_black_is_never_brighter(void **state)
{
    (void)state;
    int before = 256;
    for (int k = 0; k < 256; k++) {
        const uint8_t ink[4] = { 0, 0, 0, (uint8_t)k };
        uint8_t rgb[3];
        fc_cmyk_row(ink, 8, false, rgb, 1);
        assert_true(rgb[1] <= before);
        before = rgb[1];
    }
}

static void sixteen_bits_and_alpha_come_through(void **state)
{
    (void)state;
    const uint8_t narrow[5] = { 10, 200, 30, 77, 99 };
    uint16_t wide[5];
    for (int i = 0; i < 5; i++) {
        wide[i] = (uint16_t)(narrow[i] * 257);
    }
    uint8_t from_narrow[4];
    uint8_t from_wide[4];
    fc_cmyk_row(narrow, 8, true, from_narrow, 1);
    fc_cmyk_row(wide, 16, true, from_wide, 1);
    assert_memory_equal(from_narrow, from_wide, 4);
    assert_int_equal(from_narrow[3], 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paper_is_white_and_all_inks_are_black),
        cmocka_unit_test(inks_have_the_colours_of_the_press),
        cmocka_unit_test(more_black_is_never_brighter),
        cmocka_unit_test(sixteen_bits_and_alpha_come_through),
    };
    return cmocka_run_group_tests_name("image/cmyk", tests, NULL, NULL);
}
