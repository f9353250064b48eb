#include "ops/box_blur.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

/* A fixed sequence of values in 0..1, the same on every machine. */
static float next_value(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (float)(*seed >> 8) / (float)(1 << 24);
}

static double slow_mean(const float *values, fc_size size, int32_t x, int32_t y, int32_t radius)
{
    double sum = 0.0;
    int count = 0;
    for (int32_t row = y - radius; row <= y + radius; row++) {
        for (int32_t column = x - radius; column <= x + radius; column++) {
            if (row >= 0 && row < size.height && column >= 0 && column < size.width) {
                sum += (double)values[row * size.width + column];
                count++;
            }
        }
    }
    return sum / count;
}

static void check_against_slow_mean(fc_size size, int32_t radius)
{
    fc_error err = { 0 };
    float values[2 * 400];
    float before[2 * 400];
    uint32_t seed = (uint32_t)(size.width * 31 + radius);
    const size_t count = (size_t)(size.width * size.height);
    for (size_t i = 0; i < 2 * count; i++) {
        values[i] = next_value(&seed);
    }
    memcpy(before, values, sizeof(values));
    ASSERT_OK(fc_box_blur_in_place(values, 2, size, radius, &err), err);
    for (int32_t y = 0; y < 2 * size.height; y++) {
        const float *plane = before + (y < size.height ? 0 : count);
        for (int32_t x = 0; x < size.width; x++) {
            const double expected = slow_mean(plane, size, x, y % size.height, radius);
            assert_true(fabs((double)values[y * size.width + x] - expected) < 1e-6);
        }
    }
}

static void blur_equals_the_slow_mean_for_each_plane(void **state)
{
    (void)state;
    const fc_size sizes[] = { { 20, 20 }, { 1, 1 }, { 3, 2 }, { 37, 5 }, { 1, 50 }, { 50, 1 } };
    const int32_t radii[] = { 0, 1, 2, 7, 19, 60 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t j = 0; j < sizeof(radii) / sizeof(radii[0]); j++) {
            check_against_slow_mean(sizes[i], radii[j]);
        }
    }
}

static void the_largest_radius_gives_the_mean_of_all(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[6] = { 0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F };
    ASSERT_OK(fc_box_blur_in_place(values, 1, (fc_size){ 3, 2 }, INT32_MAX, &err), err);
    for (size_t i = 0; i < 6; i++) {
        assert_true(fabsf(values[i] - 2.5F) < 1e-6F);
    }
}

static void a_failed_blur_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    float values[4] = { 0.0F, 1.0F, 0.0F, 0.0F };
    SWEEP_ALLOCATIONS(fc_box_blur_in_place(values, 1, (fc_size){ 2, 2 }, 1, &err),
                      values[1] == 1.0F && values[0] == 0.0F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blur_equals_the_slow_mean_for_each_plane),
        cmocka_unit_test(the_largest_radius_gives_the_mean_of_all),
        cmocka_unit_test(a_failed_blur_changes_nothing),
    };
    return cmocka_run_group_tests_name("ops/box_blur", tests, NULL, NULL);
}
