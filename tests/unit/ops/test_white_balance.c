#include "ops/white_balance.h"

#include <math.h>

#include "support/fc_test.h"

static fc_person_stats skin(double lightness, double a, double b)
{
    return (fc_person_stats){ .person_samples = 10000,
                              .face_samples = 3000,
                              .skin_samples = 1500,
                              .skin = { lightness, a, b },
                              .skin_spread = 5.0 };
}

static void assert_untouched(const fc_person_stats *stats)
{
    const fc_linear_rgb gains = fc_white_balance_gains(stats, 2.0);
    assert_true(gains.red == 1.0 && gains.green == 1.0 && gains.blue == 1.0);
}

/* Medians measured on well lit faces from very dark to very light. */
static void natural_skin_of_all_tones_is_left_alone(void **state)
{
    (void)state;
    const fc_person_stats faces[] = { skin(26.0, 11.0, 12.0), skin(40.0, 17.0, 21.0),
                                      skin(44.0, 19.0, 23.0), skin(55.0, 17.0, 22.0),
                                      skin(67.0, 13.0, 15.0), skin(84.0, 10.0, 11.0),
                                      skin(70.0, 9.0, 17.0) };
    for (size_t i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        assert_untouched(&faces[i]);
    }
}

static void tungsten_cast_gains_blue_and_loses_red(void **state)
{
    (void)state;
    const fc_person_stats stats = skin(59.0, 22.0, 44.0);
    const fc_linear_rgb gains = fc_white_balance_gains(&stats, 1.0);
    assert_true(gains.blue > 1.2 && gains.red < 0.95);
}

static void blue_cast_gains_red_and_loses_blue(void **state)
{
    (void)state;
    const fc_person_stats stats = skin(59.0, 6.0, -4.0);
    const fc_linear_rgb gains = fc_white_balance_gains(&stats, 1.0);
    assert_true(gains.blue < 0.9 && gains.red > 1.05);
}

static void gains_stay_within_their_limit(void **state)
{
    (void)state;
    for (double b = -60.0; b <= 60.0; b += 12.0) {
        for (double a = -60.0; a <= 60.0; a += 12.0) {
            const fc_person_stats stats = skin(30.0, a, b);
            const fc_linear_rgb gains = fc_white_balance_gains(&stats, 1.0);
            const double limit = FC_WHITE_BALANCE_GAIN_MAX * (1.0 + 1e-9);
            assert_true(fmax(gains.red, fmax(gains.green, gains.blue)) <= limit);
            assert_true(fmin(gains.red, fmin(gains.green, gains.blue)) >= 1.0 / limit);
        }
    }
}

/* The skin comes nearer to natural colours and keeps its luminance. */
static void luminance_of_the_skin_stays(void **state)
{
    (void)state;
    const fc_person_stats stats = skin(50.0, 16.0, 2.0);
    const fc_linear_rgb gains = fc_white_balance_gains(&stats, 1.0);
    fc_linear_rgb colour = fc_linear_from_lab(stats.skin);
    const double before = fc_luminance(colour);
    colour.red *= gains.red;
    colour.green *= gains.green;
    colour.blue *= gains.blue;
    assert_true(fabs(fc_luminance(colour) / before - 1.0) < 0.002);
    assert_true(fc_lab_from_linear(colour).b > 5.0);
}

static void monochrome_mixed_light_and_no_face_are_left_alone(void **state)
{
    (void)state;
    fc_person_stats monochrome = skin(50.0, 1.0, -3.0);
    monochrome.monochrome = true;
    assert_untouched(&monochrome);
    fc_person_stats mixed = skin(60.0, 23.0, -8.0);
    mixed.skin_spread = 41.0;
    assert_untouched(&mixed);
    fc_person_stats nobody = skin(0.0, 0.0, 0.0);
    nobody.skin_samples = 0;
    assert_untouched(&nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natural_skin_of_all_tones_is_left_alone),
        cmocka_unit_test(tungsten_cast_gains_blue_and_loses_red),
        cmocka_unit_test(blue_cast_gains_red_and_loses_blue),
        cmocka_unit_test(gains_stay_within_their_limit),
        cmocka_unit_test(luminance_of_the_skin_stays),
        cmocka_unit_test(monochrome_mixed_light_and_no_face_are_left_alone),
    };
    return cmocka_run_group_tests_name("ops/white_balance", tests, NULL, NULL);
}
