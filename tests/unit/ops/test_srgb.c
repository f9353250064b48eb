#include "ops/srgb.h"

#include <math.h>

#include "support/fc_test.h"

static void levels_survive_the_way_to_linear_light_and_back(void **state)
{
    (void)state;
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    for (int level = 0; level < 256; level++) {
        const double back = 255.0 * fc_srgb_encode((double)table.linear[level]);
        assert_int_equal(lround(back), level);
    }
}

static void white_has_lightness_100_and_no_colour(void **state)
{
    (void)state;
    const fc_lab white = fc_lab_from_linear((fc_linear_rgb){ 1.0, 1.0, 1.0 });
    assert_true(fabs(white.lightness - 100.0) < 1e-6);
    assert_true(hypot(white.a, white.b) < 0.02);
    assert_true(fabs(fc_lightness(0.18) - 49.5) < 0.05);
}

/* Values of the CIE formulas for the sRGB red primary: 53.24, 80.09, 67.20. */
static void red_has_its_known_lab_values(void **state)
{
    (void)state;
    const fc_lab red = fc_lab_from_linear((fc_linear_rgb){ 1.0, 0.0, 0.0 });
    assert_true(fabs(red.lightness - 53.24) < 0.02);
    assert_true(fabs(red.a - 80.09) < 0.05);
    assert_true(fabs(red.b - 67.20) < 0.05);
}

static void lab_is_undone_by_its_inverse(void **state)
{
    (void)state;
    for (double red = 0.0; red <= 1.0; red += 0.25) {
        for (double blue = 0.0; blue <= 1.0; blue += 0.25) {
            const fc_linear_rgb colour = { red, 0.3, blue };
            const fc_linear_rgb back = fc_linear_from_lab(fc_lab_from_linear(colour));
            assert_true(fabs(back.red - red) < 2e-4);
            assert_true(fabs(back.green - 0.3) < 2e-4);
            assert_true(fabs(back.blue - blue) < 2e-4);
        }
    }
}

static void light_outside_the_range_is_clamped(void **state)
{
    (void)state;
    assert_true(fc_srgb_encode(-1.0) == 0.0);
    assert_true(fabs(fc_srgb_encode(7.0) - 1.0) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_survive_the_way_to_linear_light_and_back),
        cmocka_unit_test(white_has_lightness_100_and_no_colour),
        cmocka_unit_test(red_has_its_known_lab_values),
        cmocka_unit_test(lab_is_undone_by_its_inverse),
        cmocka_unit_test(light_outside_the_range_is_clamped),
    };
    return cmocka_run_group_tests_name("ops/srgb", tests, NULL, NULL);
}
