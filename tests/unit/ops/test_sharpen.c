#include "ops/sharpen.h"

#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "ops/luma.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_size SIZE = { 60, 50 };

static int32_t luma_at(const fc_image *image, int32_t x, int32_t y)
{
    return fc_luma(fc_image_row(image, y) + 3 * (ptrdiff_t)x);
}

/* Grey levels, so that luma is what is added to; even at four times the usual amount. */
static void no_pixel_leaves_the_range_of_its_neighbours(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random(SIZE, 12);
    for (int32_t y = 0; y < SIZE.height; y++) {
        for (int32_t i = 0; i < 3 * SIZE.width; i++) {
            fc_image_row(image, y)[i] = fc_image_row(image, y)[i - i % 3];
        }
    }
    FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, 1.0F);
    FC_AUTO(fc_image) sharp = NULL;
    ASSERT_OK(fc_sharpen(image, matte, FC_SHARPEN_AMOUNT_MAX, 0.0, &sharp, &err), err);
    for (int32_t y = 1; y < SIZE.height - 1; y++) {
        for (int32_t x = 1; x < SIZE.width - 1; x++) {
            int32_t low = 255;
            int32_t high = 0;
            for (int32_t i = 0; i < 9; i++) {
                const int32_t near = luma_at(image, x - 1 + i % 3, y - 1 + i / 3);
                low = near < low ? near : low;
                high = near > high ? near : high;
            }
            const int32_t value = luma_at(sharp, x, y);
            assert_true(value >= low - FC_SHARPEN_OVERSHOOT);
            assert_true(value <= high + FC_SHARPEN_OVERSHOOT);
        }
    }
}

static void soft_edge_becomes_steeper(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_flat(SIZE, 0, 0, 0);
    for (int32_t y = 0; y < SIZE.height; y++) {
        for (int32_t i = 0; i < 3 * SIZE.width; i++) {
            fc_image_row(image, y)[i] = (uint8_t)lround(120.0 + 80.0 * tanh((i / 3 - 30) / 2.0));
        }
    }
    FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, 1.0F);
    FC_AUTO(fc_image) sharp = NULL;
    ASSERT_OK(fc_sharpen(image, matte, 0.6, 0.5, &sharp, &err), err);
    assert_true(luma_at(sharp, 32, 25) - luma_at(sharp, 28, 25) >
                luma_at(image, 32, 25) - luma_at(image, 28, 25) + 4);
}

static void noise_below_the_threshold_is_not_amplified(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_flat(SIZE, 130, 120, 110);
    fc_test_add_noise(image, 1.0, 13);
    FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, 1.0F);
    FC_AUTO(fc_image) same = NULL;
    ASSERT_OK(fc_sharpen(image, matte, 1.0, 6.0, &same, &err), err);
    assert_int_equal(fc_test_largest_difference(image, same), 0);
}

static void background_and_soft_edges_are_left_alone(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random(SIZE, 14);
    const float mattes[] = { 0.0F, 0.6F, NAN };
    for (size_t i = 0; i < sizeof mattes / sizeof mattes[0]; i++) {
        FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, mattes[i]);
        FC_AUTO(fc_image) same = NULL;
        ASSERT_OK(fc_sharpen(image, matte, 1.0, 0.0, &same, &err), err);
        assert_int_equal(fc_test_largest_difference(image, same), 0);
    }
}

static void nothing_new_is_burnt(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random(SIZE, 15);
    FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, 1.0F);
    FC_AUTO(fc_image) sharp = NULL;
    ASSERT_OK(fc_sharpen(image, matte, 2.0, 0.0, &sharp, &err), err);
    assert_true(fc_test_burnt(sharp) <= fc_test_burnt(image));
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static int32_t luma_near(const fc_image *image, int32_t x, int32_t y)
{
    return luma_at(image, clamp(x, 0, image->size.width - 1), clamp(y, 0, image->size.height - 1));
}

/* The header's words, pixel by pixel: what is added where the matte is 1, amount 1. */
static int32_t added_plainly(const fc_image *image, int32_t x, int32_t y, int32_t noise)
{
    static const int32_t BINOMIAL[] = { 1, 4, 6, 4, 1 };
    int32_t blurred = 0;
    int32_t low = 255;
    int32_t high = 0;
    for (int32_t i = 0; i < 25; i++) {
        const int32_t near = luma_near(image, x + i % 5 - 2, y + i / 5 - 2);
        blurred += BINOMIAL[i % 5] * BINOMIAL[i / 5] * near;
        const bool next = i % 5 >= 1 && i % 5 <= 3 && i / 5 >= 1 && i / 5 <= 3;
        low = next && near < low ? near : low;
        high = next && near > high ? near : high;
    }
    const int32_t luma = luma_at(image, x, y);
    const int32_t detail = 256 * luma - blurred;
    const int32_t cut = detail > 0 ? (detail > noise * 256 ? detail - noise * 256 : 0)
                                   : (detail < -noise * 256 ? detail + noise * 256 : 0);
    const int32_t wanted = luma + (int32_t)floor(cut / 16 / 16.0 + 0.5);
    return clamp(wanted, low - FC_SHARPEN_OVERSHOOT, high + FC_SHARPEN_OVERSHOOT) - luma;
}

static void vectors_agree_with_the_plain_words(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int32_t width = 1; width < 90; width += width < 40 ? 3 : 17) {
        const fc_size size = { width, 11 };
        FC_AUTO(fc_image) image = fc_test_random(size, (uint32_t)width);
        FC_AUTO(fc_plane) matte = fc_test_matte(size, 1.0F);
        FC_AUTO(fc_image) sharp = NULL;
        ASSERT_OK(fc_sharpen(image, matte, 1.0, 3.0, &sharp, &err), err);
        for (int32_t y = 0; y < size.height; y++) {
            for (int32_t i = 0; i < 3 * width; i++) {
                const int32_t level = fc_image_row(image, y)[i];
                const int32_t highest = level > 251 ? level : 251;
                const int32_t wanted = clamp(level + added_plainly(image, i / 3, y, 3), 0, highest);
                assert_in_range(fc_image_row(sharp, y)[i], wanted > 0 ? wanted - 1 : 0, wanted + 1);
            }
        }
    }
}

static void tiny_pictures_are_sharpened_too(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int32_t side = 1; side <= 6; side++) {
        const fc_size size = { side, 7 - side };
        FC_AUTO(fc_image) image = fc_test_flat(size, 10, 200, 90);
        FC_AUTO(fc_plane) matte = fc_test_matte(size, 1.0F);
        FC_AUTO(fc_image) same = NULL;
        ASSERT_OK(fc_sharpen(image, matte, 2.0, 0.0, &same, &err), err);
        assert_int_equal(fc_test_largest_difference(image, same), 0);
    }
}

static void sharpening_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random(SIZE, 16);
    FC_AUTO(fc_plane) matte = fc_test_matte(SIZE, 1.0F);
    FC_AUTO(fc_image) sharp = NULL;
    SWEEP_ALLOCATIONS(fc_sharpen(image, matte, 1.0, 0.0, &sharp, &err), sharp == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_pixel_leaves_the_range_of_its_neighbours),
        cmocka_unit_test(soft_edge_becomes_steeper),
        cmocka_unit_test(noise_below_the_threshold_is_not_amplified),
        cmocka_unit_test(background_and_soft_edges_are_left_alone),
        cmocka_unit_test(nothing_new_is_burnt),
        cmocka_unit_test(vectors_agree_with_the_plain_words),
        cmocka_unit_test(tiny_pictures_are_sharpened_too),
        cmocka_unit_test(sharpening_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/sharpen", tests, NULL, NULL);
}
