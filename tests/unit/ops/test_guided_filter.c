#include "ops/guided_filter.h"

#include <math.h>

#include "base/memory.h"
#include "ops/remap_range.h"
#include "ops/symmetric3.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/pictures.h"

/* A mask that is a linear function of the colour: 0.2 + 0.3 R + 0.1 G + 0.4 B. */
static fc_plane *linear_mask(const fc_image *image)
{
    return fc_test_linear_plane(image, (const float[]){ 0.3F, 0.1F, 0.4F }, 0.2F);
}

/* The fit of the window about (x, y), straight from its definition: slopes and constant. */
static void slow_fit(const fc_image *guide, const fc_plane *mask, int32_t x, int32_t y,
                     int32_t radius, double epsilon, double fit[4])
{
    double n = 0.0;
    double mean[4] = { 0.0 };
    double product[3][4] = { { 0.0 } };
    for (int32_t row = y - radius; row <= y + radius; row++) {
        for (int32_t column = x - radius; column <= x + radius; column++) {
            if (row < 0 || row >= guide->size.height || column < 0 || column >= guide->size.width) {
                continue;
            }
            double value[4];
            for (int32_t c = 0; c < 3; c++) {
                value[c] = fc_image_row(guide, row)[3 * column + c] / 255.0;
            }
            value[3] = (double)fc_plane_row(mask, row)[column];
            for (int32_t c = 0; c < 4; c++) {
                mean[c] += value[c];
                for (int32_t d = 0; d < 3; d++) {
                    product[d][c] += value[d] * value[c];
                }
            }
            n += 1.0;
        }
    }
    double with[3][4];
    for (int32_t d = 0; d < 3; d++) {
        for (int32_t c = 0; c < 4; c++) {
            with[d][c] = product[d][c] / n - mean[d] / n * mean[c] / n;
        }
    }
    const fc_symmetric3 inverse = fc_symmetric3_invert(
        (fc_symmetric3){ with[0][0], with[0][1], with[0][2], with[1][1], with[1][2], with[2][2] },
        epsilon);
    fit[0] = inverse.rr * with[0][3] + inverse.rg * with[1][3] + inverse.rb * with[2][3];
    fit[1] = inverse.rg * with[0][3] + inverse.gg * with[1][3] + inverse.gb * with[2][3];
    fit[2] = inverse.rb * with[0][3] + inverse.gb * with[1][3] + inverse.bb * with[2][3];
    fit[3] = (mean[3] - fit[0] * mean[0] - fit[1] * mean[1] - fit[2] * mean[2]) / n;
}

static double slow_value(const fc_image *guide, const fc_plane *mask, int32_t x, int32_t y,
                         int32_t radius, double epsilon)
{
    double n = 0.0;
    double sum = 0.0;
    const uint8_t *colour = fc_image_row(guide, y) + 3 * (ptrdiff_t)x;
    for (int32_t row = y - radius; row <= y + radius; row++) {
        for (int32_t column = x - radius; column <= x + radius; column++) {
            if (row >= 0 && row < guide->size.height && column >= 0 && column < guide->size.width) {
                double fit[4];
                slow_fit(guide, mask, column, row, radius, epsilon, fit);
                sum += fit[0] * colour[0] / 255.0 + fit[1] * colour[1] / 255.0 +
                       fit[2] * colour[2] / 255.0 + fit[3];
                n += 1.0;
            }
        }
    }
    return sum / n;
}

/* Noise that is hard on the covariances: a strong gradient with a mask that does not follow it. */
static void filter_equals_the_slow_reference(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 23, 17 }, { 3, 2 }, { 1, 1 }, { 1, 9 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        FC_AUTO(fc_image) guide = fc_pattern_noise(sizes[i], 3, 7);
        FC_AUTO(fc_image) other = fc_pattern_noise(sizes[i], 3, 8);
        FC_AUTO(fc_plane) mask = linear_mask(other);
        FC_AUTO(fc_plane) out = NULL;
        ASSERT_OK(fc_guided_filter(guide, mask, 3, 1e-4, guide, &out, &err), err);
        for (int32_t y = 0; y < sizes[i].height; y++) {
            for (int32_t x = 0; x < sizes[i].width; x++) {
                const double expected = slow_value(guide, mask, x, y, 3, 1e-4);
                assert_true(fabs((double)fc_plane_row(out, y)[x] - expected) < 1e-4);
            }
        }
    }
}

static void a_mask_that_follows_the_colour_is_kept_at_every_scale(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 32, 24 }, 3, 1);
    FC_AUTO(fc_plane) mask = linear_mask(guide);
    FC_AUTO(fc_image) target = fc_pattern_noise((fc_size){ 111, 70 }, 3, 2);
    FC_AUTO(fc_plane) expected = linear_mask(target);
    FC_AUTO(fc_plane) out = NULL;
    ASSERT_OK(fc_guided_filter(guide, mask, 2, 1e-6, target, &out, &err), err);
    for (size_t i = 0; i < 111 * 70; i++) {
        assert_true(fabsf(out->data[i] - expected->data[i]) < 1e-3F);
    }
}

static void a_flat_guide_leaves_a_constant_mask_alone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 9, 9 }, 3, 1);
    FC_AUTO(fc_plane) mask = NULL;
    FC_AUTO(fc_plane) out = NULL;
    ASSERT_OK(fc_plane_new(guide->size, &mask, &err), err);
    for (int32_t y = 0; y < 9; y++) {
        for (int32_t i = 0; i < 27; i++) {
            fc_image_row(guide, y)[i] = 200;
        }
        for (int32_t x = 0; x < 9; x++) {
            fc_plane_row(mask, y)[x] = 0.75F;
        }
    }
    ASSERT_OK(fc_guided_filter(guide, mask, 100, 1e-4, guide, &out, &err), err);
    for (size_t i = 0; i < 81; i++) {
        assert_true(fabsf(out->data[i] - 0.75F) < 1e-5F);
    }
}

static void the_filter_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) guide = fc_pattern_noise((fc_size){ 8, 8 }, 3, 3);
    FC_AUTO(fc_plane) mask = linear_mask(guide);
    fc_plane *out = NULL;
    SWEEP_ALLOCATIONS(fc_guided_filter(guide, mask, 2, 1e-4, guide, &out, &err), out == NULL);
    fc_plane_free(out);
}

enum { SMALL = 96, FULL = 225 };

/* A light disc with a soft edge on a dark ground, with a texture of its own. */
static double disc_alpha(int32_t x, int32_t y, int32_t side)
{
    const double r = hypot((x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5);
    return fmin(fmax((0.3 - r) / 0.04 + 0.5, 0.0), 1.0);
}

static fc_image *disc_picture(int32_t side)
{
    fc_error err = { 0 };
    fc_image *picture = NULL;
    uint32_t seed = 4;
    ASSERT_OK(fc_image_new((fc_size){ side, side }, 3, &picture, &err), err);
    for (int32_t y = 0; y < side; y++) {
        for (int32_t i = 0; i < 3 * side; i++) {
            seed = seed * 1664525U + 1013904223U;
            fc_image_row(picture, y)[i] =
                (uint8_t)(40.0 + 150.0 * disc_alpha(i / 3, y, side) + (double)(seed >> 28));
        }
    }
    return picture;
}

static fc_plane *disc_mask(double factor)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ SMALL, SMALL }, &mask, &err), err);
    for (int32_t y = 0; y < SMALL; y++) {
        for (int32_t x = 0; x < SMALL; x++) {
            fc_plane_row(mask, y)[x] = (float)(factor * disc_alpha(x, y, SMALL));
        }
    }
    return mask;
}

/* The plain way: every px is reckoned. */
static void runs_are_what_the_whole_filter_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) small = disc_picture(SMALL);
    FC_AUTO(fc_image) picture = disc_picture(FULL);
    FC_AUTO(fc_plane) mask = disc_mask(1.0);
    FC_AUTO(fc_plane) expected = NULL;
    FC_AUTO(fc_guided_upsampler) carry = NULL;
    ASSERT_OK(fc_guided_filter(small, mask, 2, 1e-5, picture, &expected, &err), err);
    fc_remap_range_in_place(expected, 0.05, 0.95);
    ASSERT_OK(fc_guided_upsampler_new(small, mask, picture->size, &carry, &err), err);
    int32_t reckoned = 0;
    for (int32_t y = 0; y < FULL; y++) {
        fc_run run = { 0 };
        while (fc_guided_upsampler_next(carry, y, &run)) {
            float alpha[FULL];
            assert_true(run.first < run.end);
            if (run.kind == FC_RUN_BAND) {
                fc_guided_upsampler_alpha(carry, y, run.first, run.end,
                                          fc_image_row(picture, y) + 3 * run.first, alpha);
                reckoned += run.end - run.first;
            }
            for (int32_t x = run.first; x < run.end; x++) {
                const float value = run.kind == FC_RUN_BAND    ? alpha[x - run.first]
                                    : run.kind == FC_RUN_SOLID ? 1.0F
                                                               : 0.0F;
                assert_true(fabsf(value - fc_plane_row(expected, y)[x]) < 1e-5F);
            }
        }
        assert_int_equal(run.end, FULL);
    }
    assert_true(reckoned > 0 && reckoned < FULL * FULL / 2);
}

static void an_empty_mask_is_one_clear_run_a_row(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) small = disc_picture(SMALL);
    FC_AUTO(fc_plane) mask = disc_mask(0.0);
    FC_AUTO(fc_guided_upsampler) carry = NULL;
    ASSERT_OK(fc_guided_upsampler_new(small, mask, (fc_size){ 20, 9 }, &carry, &err), err);
    for (int32_t y = 0; y < 9; y++) {
        fc_run run = { 0 };
        assert_true(fc_guided_upsampler_next(carry, y, &run));
        assert_int_equal(run.kind, FC_RUN_CLEAR);
        assert_int_equal(run.first, 0);
        assert_int_equal(run.end, 20);
        assert_false(fc_guided_upsampler_next(carry, y, &run));
    }
}

static void the_carry_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) small = disc_picture(SMALL);
    FC_AUTO(fc_plane) mask = disc_mask(1.0);
    fc_guided_upsampler *carry = NULL;
    SWEEP_ALLOCATIONS(fc_guided_upsampler_new(small, mask, small->size, &carry, &err),
                      carry == NULL);
    fc_guided_upsampler_free(carry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_equals_the_slow_reference),
        cmocka_unit_test(a_mask_that_follows_the_colour_is_kept_at_every_scale),
        cmocka_unit_test(a_flat_guide_leaves_a_constant_mask_alone),
        cmocka_unit_test(the_filter_survives_every_allocation_failure),
        cmocka_unit_test(runs_are_what_the_whole_filter_says),
        cmocka_unit_test(an_empty_mask_is_one_clear_run_a_row),
        cmocka_unit_test(the_carry_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/guided_filter", tests, NULL, NULL);
}
