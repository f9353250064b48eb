#include "ops/clarify.h"

#include <string.h>

#include "base/memory.h"
#include "support/degrade.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static int32_t red_at(const fc_image *image, int32_t x, int32_t y)
{
    return fc_image_row(image, y)[3 * x];
}

/* Steepest step from one pixel to the next in a row. */
static int32_t steepest(const fc_image *image, int32_t y)
{
    int32_t most = 0;
    for (int32_t x = 1; x < image->size.width; x++) {
        const int32_t step = red_at(image, x, y) - red_at(image, x - 1, y);
        most = step > most ? step : most;
    }
    return most;
}

static void faint_contrast_is_stretched(void **state)
{
    (void)state;
    for (int kind = FC_CLARIFY_BLURRED; kind <= FC_CLARIFY_NOISY; kind++) {
        fc_error err = { 0 };
        FC_AUTO(fc_image) face = fc_test_face(200, 150, 120);
        fc_degrade_fade(face, 0.1);
        const double before = fc_test_deviation(face, 0, 0, 160);
        ASSERT_OK(fc_clarify_in_place(face, (fc_clarify)kind, &err), err);
        assert_true(fc_test_deviation(face, 0, 0, 160) > 5 * before);
    }
}

static void a_blurred_edge_becomes_steep(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) face = fc_test_face(200, 150, 120);
    fc_degrade_blur(face, 6);
    const int32_t before = steepest(face, 80);
    ASSERT_OK(fc_clarify_in_place(face, FC_CLARIFY_BLURRED, &err), err);
    assert_true(steepest(face, 80) > 2 * before);
}

static void noise_is_smoothed_away(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) noisy = fc_test_flat((fc_size){ 256, 256 }, 60, 60, 60);
    FC_AUTO(fc_image) light = fc_test_flat((fc_size){ 256, 128 }, 200, 200, 200);
    for (int32_t y = 0; y < 128; y++) {
        memcpy(fc_image_row(noisy, y), fc_image_row(light, y), 3 * (size_t)256);
    }
    fc_test_add_noise(noisy, 20, 1);
    ASSERT_OK(fc_clarify_in_place(noisy, FC_CLARIFY_NOISY, &err), err);
    assert_true(fc_test_deviation(noisy, 0, 20, 100) < 8);
    assert_true(red_at(noisy, 100, 60) - red_at(noisy, 100, 200) > 200);
}

static void a_flat_picture_stays_flat(void **state)
{
    (void)state;
    for (int kind = FC_CLARIFY_BLURRED; kind <= FC_CLARIFY_NOISY; kind++) {
        fc_error err = { 0 };
        FC_AUTO(fc_image) flat = fc_test_flat((fc_size){ 9, 1 }, 90, 120, 60);
        ASSERT_OK(fc_clarify_in_place(flat, (fc_clarify)kind, &err), err);
        for (int32_t x = 1; x < 9; x++) {
            assert_int_equal(red_at(flat, x, 0), red_at(flat, 0, 0));
        }
    }
}

static void a_failed_allocation_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) face = fc_test_face(200, 150, 120);
    FC_AUTO(fc_image) kept = fc_test_face(200, 150, 120);
    SWEEP_ALLOCATIONS(fc_clarify_in_place(face, FC_CLARIFY_BLURRED, &err),
                      fc_test_largest_difference(face, kept) == 0);
    FC_AUTO(fc_image) other = fc_test_face(200, 150, 120);
    SWEEP_ALLOCATIONS(fc_clarify_in_place(other, FC_CLARIFY_NOISY, &err),
                      fc_test_largest_difference(other, kept) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faint_contrast_is_stretched),
        cmocka_unit_test(a_blurred_edge_becomes_steep),
        cmocka_unit_test(noise_is_smoothed_away),
        cmocka_unit_test(a_flat_picture_stays_flat),
        cmocka_unit_test(a_failed_allocation_changes_nothing),
    };
    return cmocka_run_group_tests_name("ops/clarify", tests, NULL, NULL);
}
