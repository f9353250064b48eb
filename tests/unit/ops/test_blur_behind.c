#include "ops/blur_behind.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static const double SIGMAS[] = { 0.5, 2, 7.3, 30 };
#define SIGMA_COUNT (sizeof SIGMAS / sizeof SIGMAS[0])

static void put(fc_image *rgba, int32_t x, int32_t y, const uint8_t px[4])
{
    memcpy(fc_image_row(rgba, y) + (ptrdiff_t)4 * x, px, 4);
}

/* A red person on a green ground; nothing red may come out anywhere. */
static void nothing_of_the_person_bleeds_into_the_background(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGMA_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_image) rgba = fc_pattern_flat((fc_size){ 97, 61 }, 4, 0);
        FC_AUTO(fc_image) blurred = NULL;
        for (int32_t y = 0; y < 61; y++) {
            for (int32_t x = 0; x < 97; x++) {
                const bool person = x > 30 && x < 60 && y > 10;
                put(rgba, x, y,
                    person ? (uint8_t[]){ 250, 0, 0, 0 } : (uint8_t[]){ 0, 180, 0, 255 });
            }
        }
        ASSERT_OK(fc_blur_behind(rgba, SIGMAS[i], &blurred, &err), err);
        assert_int_equal(blurred->channels, 3);
        for (int32_t y = 0; y < 61; y++) {
            for (int32_t x = 0; x < 97; x++) {
                const uint8_t *px = fc_image_row(blurred, y) + 3 * x;
                assert_int_equal(px[0], 0);
                assert_true(abs(px[1] - 180) <= 1);
            }
        }
    }
}

static void one_colour_stays_as_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGMA_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_image) rgba = fc_pattern_flat((fc_size){ 50, 40 }, 4, 255);
        FC_AUTO(fc_image) blurred = NULL;
        for (int32_t k = 0; k < 2000; k++) {
            put(rgba, k % 50, k / 50, (uint8_t[]){ 12, 130, 240, 255 });
        }
        ASSERT_OK(fc_blur_behind(rgba, SIGMAS[i], &blurred, &err), err);
        for (int32_t k = 0; k < 2000; k++) {
            const uint8_t *px = fc_image_row(blurred, k / 50) + 3 * (k % 50);
            assert_true(abs(px[0] - 12) <= 1 && abs(px[1] - 130) <= 1 && abs(px[2] - 240) <= 1);
        }
    }
}

/* How far the step from black to white is smeared: px that are neither. */
static int smeared(double sigma)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_flat((fc_size){ 400, 8 }, 4, 255);
    FC_AUTO(fc_image) blurred = NULL;
    for (int32_t k = 0; k < 200 * 8; k++) {
        put(rgba, k % 200, k / 200, (uint8_t[]){ 0, 0, 0, 255 });
    }
    ASSERT_OK(fc_blur_behind(rgba, sigma, &blurred, &err), err);
    int count = 0;
    for (int32_t x = 0; x < 400; x++) {
        const uint8_t level = fc_image_row(blurred, 4)[3 * x];
        count += level > 40 && level < 215;
    }
    return count;
}

static void a_larger_sigma_blurs_more(void **state)
{
    (void)state;
    int last = 0;
    for (double sigma = 1; sigma < 40; sigma *= 2) {
        const int count = smeared(sigma);
        assert_true(count > last);
        last = count;
    }
    /* 40 and 215 are 0.021 and 0.68 of the light: of a Gaussian's step 2.5 sigma. */
    assert_true(abs(smeared(16) - 40) <= 6);
}

static void no_background_at_all_gives_something_grey(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_flat((fc_size){ 9, 9 }, 4, 0);
    FC_AUTO(fc_image) blurred = NULL;
    ASSERT_OK(fc_blur_behind(rgba, 5, &blurred, &err), err);
    assert_int_equal(blurred->data[0], blurred->data[2]);
}

static void it_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgba = fc_pattern_noise((fc_size){ 20, 20 }, 4, 3);
    fc_image *blurred = NULL;
    SWEEP_ALLOCATIONS(fc_blur_behind(rgba, 5, &blurred, &err), blurred == NULL);
    fc_image_free(blurred);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_person_bleeds_into_the_background),
        cmocka_unit_test(one_colour_stays_as_it_is),
        cmocka_unit_test(a_larger_sigma_blurs_more),
        cmocka_unit_test(no_background_at_all_gives_something_grey),
        cmocka_unit_test(it_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/blur_behind", tests, NULL, NULL);
}
