#include "ops/guided_filter.h"

#include <math.h>

#include "base/memory.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_equals_the_slow_reference),
        cmocka_unit_test(a_mask_that_follows_the_colour_is_kept_at_every_scale),
        cmocka_unit_test(a_flat_guide_leaves_a_constant_mask_alone),
        cmocka_unit_test(the_filter_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/guided_filter", tests, NULL, NULL);
}
