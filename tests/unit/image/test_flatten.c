#include "image/flatten.h"

#include "support/fc_test.h"

static const uint8_t BACKGROUND[3] = { 10, 100, 200 };

static void sixteen_bits_are_rounded_to_the_nearest(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= UINT16_MAX; value++) {
        const uint16_t wide = (uint16_t)value;
        uint8_t narrow = 0;
        fc_narrow_row(&wide, &narrow, 1);
        const int exact_times_2 = (int)(value * 2 * 255 / 65535);
        assert_int_equal(narrow, (exact_times_2 + 1) / 2);
    }
}

static void opaque_and_clear_are_exact(void **state)
{
    (void)state;
    for (int value = 0; value <= 255; value++) {
        const uint8_t pixels[8] = { (uint8_t)value, 1, 2, 255, (uint8_t)value, 1, 2, 0 };
        uint8_t rgb[6] = { 0 };
        fc_flatten_row(pixels, 4, BACKGROUND, rgb, 2);
        const uint8_t expected[6] = { (uint8_t)value, 1, 2, 10, 100, 200 };
        assert_memory_equal(rgb, expected, sizeof expected);
    }
}

static void every_blend_is_the_nearest_value(void **state)
{
    (void)state;
    for (int alpha = 0; alpha <= 255; alpha++) {
        const uint8_t pixel[2] = { 77, (uint8_t)alpha };
        uint8_t rgb[3] = { 0 };
        fc_flatten_row(pixel, 2, BACKGROUND, rgb, 1);
        for (int c = 0; c < 3; c++) {
            const double exact = (77.0 * alpha + BACKGROUND[c] * (255.0 - alpha)) / 255;
            assert_true(rgb[c] >= exact - 0.5 && rgb[c] <= exact + 0.5);
        }
    }
}

static void grey_is_spread_and_rgb_is_copied(void **state)
{
    (void)state;
    uint8_t rgb[6] = { 0 };
    fc_flatten_row((const uint8_t[]){ 5, 250 }, 1, BACKGROUND, rgb, 2);
    assert_memory_equal(rgb, ((const uint8_t[]){ 5, 5, 5, 250, 250, 250 }), 6);
    fc_flatten_row((const uint8_t[]){ 1, 2, 3, 4, 5, 6 }, 3, BACKGROUND, rgb, 2);
    assert_memory_equal(rgb, ((const uint8_t[]){ 1, 2, 3, 4, 5, 6 }), 6);
}

static void without_a_background_alpha_is_ignored(void **state)
{
    (void)state;
    uint8_t rgb[3] = { 0 };
    fc_flatten_row((const uint8_t[]){ 1, 2, 3, 0 }, 4, NULL, rgb, 1);
    assert_memory_equal(rgb, ((const uint8_t[]){ 1, 2, 3 }), 3);
    fc_flatten_row((const uint8_t[]){ 9, 0 }, 2, NULL, rgb, 1);
    assert_memory_equal(rgb, ((const uint8_t[]){ 9, 9, 9 }), 3);
}

static void row_without_any_alpha_is_clear(void **state)
{
    (void)state;
    assert_true(fc_row_is_clear("\1\0\2\0", 8, 2, 2));
    assert_false(fc_row_is_clear("\1\0\2\1", 8, 2, 2));
    assert_false(fc_row_is_clear("\1\2\3\1\1\2\3\0", 8, 4, 2));
    const uint16_t wide[] = { 9, 0, 9, 256 };
    assert_true(fc_row_is_clear(wide, 16, 2, 1));
    assert_false(fc_row_is_clear(wide, 16, 2, 2));
    const float floats[] = { 1, 0, 1, 0.001F };
    assert_true(fc_row_is_clear(floats, 32, 2, 1));
    assert_false(fc_row_is_clear(floats, 32, 2, 2));
    assert_true(fc_row_is_clear(floats, 32, 2, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixteen_bits_are_rounded_to_the_nearest),
        cmocka_unit_test(opaque_and_clear_are_exact),
        cmocka_unit_test(every_blend_is_the_nearest_value),
        cmocka_unit_test(without_a_background_alpha_is_ignored),
        cmocka_unit_test(grey_is_spread_and_rgb_is_copied),
        cmocka_unit_test(row_without_any_alpha_is_clear),
    };
    return cmocka_run_group_tests_name("image/flatten", tests, NULL, NULL);
}
