#include "ops/tone_curve.h"

#include <math.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_linear_rgb NEUTRAL = { 1.0, 1.0, 1.0 };

static void curve_without_a_task_changes_nothing(void **state)
{
    (void)state;
    const fc_tone_options options = { .gains = NEUTRAL, .pivot = 0.5 };
    fc_tone_curve curve;
    fc_tone_curve_init(&curve, &options);
    assert_false(curve.changes);
    FC_AUTO(fc_image) image = fc_test_random((fc_size){ 33, 17 }, 3);
    fc_error err = { 0 };
    FC_AUTO(fc_image) before = NULL;
    ASSERT_OK(fc_image_copy(image, &before, &err), err);
    fc_tone_curve_apply_in_place(image, &curve);
    assert_int_equal(fc_test_largest_difference(image, before), 0);
}

static void grey_ramp_stays_grey_and_in_order(void **state)
{
    (void)state;
    for (double stops = -2.0; stops <= 2.0; stops += 0.25) {
        const fc_tone_options options = {
            .stops = stops, .gains = NEUTRAL, .contrast = FC_CONTRAST_MAX, .pivot = 0.4
        };
        fc_tone_curve curve;
        fc_tone_curve_init(&curve, &options);
        FC_AUTO(fc_image) ramp = fc_test_flat((fc_size){ 256, 1 }, 0, 0, 0);
        for (int level = 0; level < 768; level++) {
            ramp->data[level] = (uint8_t)(level / 3);
        }
        fc_tone_curve_apply_in_place(ramp, &curve);
        const uint8_t *pixel = ramp->data;
        for (int level = 0; level < 256; level++, pixel += 3) {
            assert_true(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
            assert_true(level == 0 || pixel[0] >= pixel[-3]);
        }
        assert_int_equal(ramp->data[0], 0);
        assert_int_equal(ramp->data[765], 255);
    }
}

/* The most that natural lifting does. */
static void lifting_burns_no_level(void **state)
{
    (void)state;
    const fc_tone_options options = { .stops = 1.2, .gains = { 1.0, 1.0, 1.0 }, .pivot = 0.5 };
    fc_tone_curve curve;
    fc_tone_curve_init(&curve, &options);
    assert_true(curve.changes);
    assert_true(curve.red[245] < 255);
    assert_true(curve.green[64] > 64);
}

/* A clipped red would otherwise stay while green and blue sink. */
static void lowering_keeps_the_hue_of_skin(void **state)
{
    (void)state;
    const fc_tone_options options = { .stops = -1.0, .gains = NEUTRAL, .pivot = 0.5 };
    fc_tone_curve curve;
    fc_tone_curve_init(&curve, &options);
    FC_AUTO(fc_image) skin = fc_test_flat((fc_size){ 1, 1 }, 255, 215, 190);
    fc_tone_curve_apply_in_place(skin, &curve);
    assert_true(skin->data[0] < 240);
    assert_true(fabs(skin->data[1] / (double)skin->data[0] - 215.0 / 255.0) < 0.01);
    assert_true(fabs(skin->data[2] / (double)skin->data[0] - 190.0 / 255.0) < 0.01);
}

static void roll_off_keeps_both_ends(void **state)
{
    (void)state;
    for (double gain = 0.1; gain < 9.0; gain += 0.3) {
        assert_true(fc_roll_off(0.0, gain) == 0.0);
        assert_true(fabs(fc_roll_off(1.0, gain) - 1.0) < 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curve_without_a_task_changes_nothing),
        cmocka_unit_test(grey_ramp_stays_grey_and_in_order),
        cmocka_unit_test(lifting_burns_no_level),
        cmocka_unit_test(lowering_keeps_the_hue_of_skin),
        cmocka_unit_test(roll_off_keeps_both_ends),
    };
    return cmocka_run_group_tests_name("ops/tone_curve", tests, NULL, NULL);
}
