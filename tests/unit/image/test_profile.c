#include "image/profile.h"

#include <math.h>
#include <stdlib.h>

#include "image/srgb_profile.h"
#include "support/fc_test.h"

static fc_profile_transform *transform_of(fc_colour_space space, int32_t bits)
{
    fc_error err = { 0 };
    fc_profile_transform *transform = NULL;
    ASSERT_OK(fc_profile_transform_new(&space, bits, &transform, &err), err);
    return transform;
}

static void what_is_srgb_already_needs_no_transform(void **state)
{
    (void)state;
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_RGB }, 8));
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_GREY }, 16));
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_CMYK }, 8));
    assert_null(
        transform_of((fc_colour_space){ .model = FC_COLOUR_RGB,
                                        .profile = { fc_srgb_profile, FC_SRGB_PROFILE_SIZE } },
                     8));
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_RGB, .gamma = 0.45455 }, 8));
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_RGB,
                                                .primaries = FC_CICP_PRIMARIES_BT709,
                                                .transfer = FC_CICP_TRANSFER_SRGB },
                             8));
}

static void a_damaged_or_ill_fitting_profile_is_ignored(void **state)
{
    (void)state;
    static const uint8_t JUNK[200] = "this is no profile";
    assert_null(transform_of(
        (fc_colour_space){ .model = FC_COLOUR_RGB, .profile = { JUNK, sizeof JUNK } }, 8));
    /* sRGB's own profile on a grey picture */
    const fc_bytes srgb = { fc_srgb_profile, FC_SRGB_PROFILE_SIZE };
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_GREY, .profile = srgb }, 8));
    assert_null(transform_of((fc_colour_space){ .model = FC_COLOUR_CMYK, .profile = srgb }, 8));
}

/* Known values: sRGB's red lies inside of Display P3, so P3's red is outside of sRGB. */
static void wide_primaries_are_brought_to_srgb(void **state)
{
    (void)state;
    FC_AUTO(fc_profile_transform)
    transform = transform_of((fc_colour_space){ .model = FC_COLOUR_RGB,
                                                .primaries = FC_CICP_PRIMARIES_P3,
                                                .transfer = FC_CICP_TRANSFER_SRGB },
                             8);
    assert_non_null(transform);
    const uint8_t p3[9] = { 200, 40, 40, 128, 128, 128, 40, 160, 60 };
    uint8_t rgb[9];
    fc_profile_transform_apply(transform, p3, rgb, 3);
    static const uint8_t EXPECTED[9] = { 218, 0, 27, 128, 128, 128, 0, 163, 40 };
    for (int i = 0; i < 9; i++) {
        assert_true(abs(rgb[i] - EXPECTED[i]) <= 1);
    }
}

static void gamma_of_a_file_is_undone(void **state)
{
    (void)state;
    FC_AUTO(fc_profile_transform)
    transform = transform_of((fc_colour_space){ .model = FC_COLOUR_RGB, .gamma = 1.0 }, 16);
    assert_non_null(transform);
    const uint16_t linear[3] = { 0, 14028, 65535 }; /* 0.21405 of white is 0.5 in sRGB */
    uint16_t rgb[3];
    fc_profile_transform_apply(transform, linear, rgb, 1);
    assert_true(abs(rgb[1] / 257 - 128) <= 1);
}

static void grey_with_a_curve_becomes_rgb_with_its_alpha(void **state)
{
    (void)state;
    FC_AUTO(fc_profile_transform)
    transform = transform_of(
        (fc_colour_space){ .model = FC_COLOUR_GREY, .has_alpha = true, .gamma = 1.0 }, 8);
    assert_non_null(transform);
    const uint8_t grey[4] = { 55, 7, 255, 200 };
    uint8_t rgb[8];
    fc_profile_transform_apply(transform, grey, rgb, 2);
    assert_true(abs(rgb[0] - 128) <= 2);
    assert_int_equal(rgb[0], rgb[1]);
    assert_int_equal(rgb[0], rgb[2]);
    assert_int_equal(rgb[3], 7);
    assert_int_equal(rgb[4], 255);
    assert_int_equal(rgb[7], 200);
}

/* White, black, sRGB's red and blue as D50 has them; a profile says nothing more of Lab. */
static void lab_needs_no_profile(void **state)
{
    (void)state;
    const fc_bytes srgb = { fc_srgb_profile, FC_SRGB_PROFILE_SIZE };
    FC_AUTO(fc_profile_transform)
    transform = transform_of((fc_colour_space){ .model = FC_COLOUR_LAB, .profile = srgb }, 16);
    assert_non_null(transform);
    static const double LAB[4][3] = {
        { 100, 0, 0 }, { 0, 0, 0 }, { 54.29, 80.80, 69.89 }, { 29.57, 68.30, -112.03 }
    };
    static const uint8_t EXPECTED[4][3] = {
        { 255, 255, 255 }, { 0, 0, 0 }, { 255, 0, 0 }, { 0, 0, 255 }
    };
    for (int i = 0; i < 4; i++) {
        const uint16_t stored[3] = { (uint16_t)lround(LAB[i][0] * 655.35),
                                     (uint16_t)lround((LAB[i][1] + 128) * 257),
                                     (uint16_t)lround((LAB[i][2] + 128) * 257) };
        uint16_t rgb[3];
        fc_profile_transform_apply(transform, stored, rgb, 1);
        for (int c = 0; c < 3; c++) {
            assert_true(abs(rgb[c] / 257 - EXPECTED[i][c]) <= 1);
        }
    }
}

static void nonsense_in_numbers_is_ignored(void **state)
{
    (void)state;
    const fc_colour_space space = { .model = FC_COLOUR_RGB, .has_chromaticities = true };
    fc_profile_transform_free(transform_of(space, 8)); /* all zero: no crash, with or without */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_srgb_already_needs_no_transform),
        cmocka_unit_test(a_damaged_or_ill_fitting_profile_is_ignored),
        cmocka_unit_test(wide_primaries_are_brought_to_srgb),
        cmocka_unit_test(gamma_of_a_file_is_undone),
        cmocka_unit_test(grey_with_a_curve_becomes_rgb_with_its_alpha),
        cmocka_unit_test(lab_needs_no_profile),
        cmocka_unit_test(nonsense_in_numbers_is_ignored),
    };
    return cmocka_run_group_tests_name("image/profile", tests, NULL, NULL);
}
