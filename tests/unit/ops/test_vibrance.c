#include "ops/vibrance.h"

#include <math.h>

#include "ops/luma.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static int32_t change(uint8_t red, uint8_t green, uint8_t blue)
{
    FC_AUTO(fc_image) before = fc_test_flat((fc_size){ 2, 2 }, red, green, blue);
    FC_AUTO(fc_image) after = fc_test_flat((fc_size){ 2, 2 }, red, green, blue);
    fc_vibrance_in_place(after, FC_VIBRANCE_MAX);
    return fc_test_largest_difference(before, after);
}

static void greys_stay_grey_exactly(void **state)
{
    (void)state;
    for (int level = 0; level < 256; level++) {
        assert_int_equal(change((uint8_t)level, (uint8_t)level, (uint8_t)level), 0);
    }
}

static void pale_colours_gain_and_strong_ones_do_not(void **state)
{
    (void)state;
    assert_true(change(110, 125, 140) >= 4);
    assert_int_equal(change(20, 40, 220), 0);
    assert_int_equal(change(230, 20, 30), 0);
}

/* Skin from very dark to very light, at six times the amount of the natural setting. */
static void skin_of_all_tones_hardly_changes(void **state)
{
    (void)state;
    assert_true(change(70, 45, 33) <= 2);
    assert_true(change(110, 75, 55) <= 2);
    assert_true(change(150, 108, 82) <= 2);
    assert_true(change(190, 145, 120) <= 2);
    assert_true(change(230, 190, 170) <= 2);
}

static void amount_of_nothing_changes_nothing(void **state)
{
    (void)state;
    FC_AUTO(fc_image) before = fc_test_random((fc_size){ 31, 9 }, 17);
    FC_AUTO(fc_image) after = fc_test_random((fc_size){ 31, 9 }, 17);
    fc_vibrance_in_place(after, 0.0);
    assert_int_equal(fc_test_largest_difference(before, after), 0);
}

static void nothing_new_is_burnt(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_random((fc_size){ 90, 90 }, 18);
    const double before = fc_test_burnt(image);
    fc_vibrance_in_place(image, FC_VIBRANCE_MAX);
    assert_true(fc_test_burnt(image) <= before);
}

/* The header's words in double precision, for one channel of a pixel. */
static double raised(const uint8_t *pixel, int32_t channel, double amount)
{
    const double luma = fc_luma(pixel);
    const double blue = pixel[2] - luma;
    const double red = pixel[0] - luma;
    const double squared = blue * blue + red * red;
    const double along = fmax(-0.62 * blue + 0.785 * red, 0.0);
    const double cosine_squared = along * along / (squared + 1.0);
    const double pale = fmax(1.0 - squared / 6400.0, 0.0);
    const double factor = amount * pale * (1.0 - cosine_squared * cosine_squared);
    const double value = pixel[channel] + (pixel[channel] - luma) * factor;
    return fmin(fmax(value, 0.0), pixel[channel] > 251 ? pixel[channel] : 251.0);
}

static void vectors_agree_with_the_plain_words(void **state)
{
    (void)state;
    const fc_size size = { 101, 90 };
    FC_AUTO(fc_image) before = fc_test_random(size, 19);
    FC_AUTO(fc_image) after = fc_test_random(size, 19);
    fc_vibrance_in_place(after, 0.3);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t i = 0; i < 3 * size.width; i++) {
            const double wanted = raised(fc_image_row(before, y) + i - i % 3, i % 3, 0.3);
            assert_true(fabs(fc_image_row(after, y)[i] - wanted) < 0.501);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greys_stay_grey_exactly),
        cmocka_unit_test(pale_colours_gain_and_strong_ones_do_not),
        cmocka_unit_test(skin_of_all_tones_hardly_changes),
        cmocka_unit_test(amount_of_nothing_changes_nothing),
        cmocka_unit_test(nothing_new_is_burnt),
        cmocka_unit_test(vectors_agree_with_the_plain_words),
    };
    return cmocka_run_group_tests_name("ops/vibrance", tests, NULL, NULL);
}
