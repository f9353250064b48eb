#include "ops/box_rows.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

enum { VALUES_MAX = 2 * 400 };

/* A fixed sequence of values in 0..1, the same on every machine. */
static float next_value(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (float)(*seed >> 8) / (float)(1 << 24);
}

/* Straight from the definition; the two planes lie beside each other in each row. */
static double slow_mean(const float *values, fc_size size, int32_t plane, int32_t x, int32_t y,
                        int32_t radius)
{
    double sum = 0.0;
    int count = 0;
    for (int32_t row = y - radius; row <= y + radius; row++) {
        for (int32_t column = x - radius; column <= x + radius; column++) {
            if (row >= 0 && row < size.height && column >= 0 && column < size.width) {
                sum += (double)values[(2 * row + plane) * size.width + column];
                count++;
            }
        }
    }
    return sum / count;
}

/* Move the window down and compare each row. */
static void check_against_slow_mean(fc_size size, int32_t radius_px)
{
    fc_error err = { 0 };
    float values[VALUES_MAX];
    float means[VALUES_MAX + 1];
    uint32_t seed = (uint32_t)(size.width * 31 + radius_px);
    for (size_t i = 0; i < VALUES_MAX; i++) {
        values[i] = next_value(&seed);
    }
    const size_t width = (size_t)size.width;
    FC_AUTO(fc_box_rows) rows = NULL;
    ASSERT_OK(fc_box_rows_new(size, 2, radius_px, &rows, &err), err);
    const int32_t radius = fc_box_rows_radius(rows);
    for (int32_t y = -radius; y < size.height; y++) {
        const bool enters = y + radius < size.height;
        const bool leaves = y > radius;
        const float *next = enters ? values + 2 * width * (size_t)(y + radius) : NULL;
        const float *last = leaves ? values + 2 * width * (size_t)(y - radius - 1) : NULL;
        for (size_t i = 0; i < 2; i++) {
            const size_t at = i * width;
            if (enters && leaves && y % 3 != 0) { /* each way in turn */
                fc_box_rows_slide(rows, i, next + at, last + at);
            } else {
                if (enters) {
                    fc_box_rows_enter(rows, i, next + at);
                }
                if (leaves) {
                    fc_box_rows_leave(rows, i, last + at);
                }
            }
            if (y >= 0) {
                means[at + width] = -1.0F; /* nothing is written behind a row */
                fc_box_rows_means(rows, i, y, means + at);
                assert_true(means[at + width] == -1.0F);
            }
        }
        if (y < 0) {
            continue;
        }
        for (int32_t i = 0; i < 2 * size.width; i++) {
            const double expected =
                slow_mean(values, size, i / size.width, i % size.width, y, radius_px);
            assert_true(fabs((double)means[i] - expected) < 1e-6);
        }
    }
}

static void means_equal_the_slow_ones_for_every_plane_and_radius(void **state)
{
    (void)state;
    const fc_size sizes[] = { { 20, 20 }, { 1, 1 }, { 3, 2 }, { 37, 5 }, { 1, 50 }, { 50, 1 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int32_t radius = 0; radius <= 20; radius++) {
            check_against_slow_mean(sizes[i], radius);
        }
    }
}

static void a_radius_beyond_the_picture_is_cut_to_its_longer_side(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_box_rows) rows = NULL;
    ASSERT_OK(fc_box_rows_new((fc_size){ 3, 7 }, 1, INT32_MAX, &rows, &err), err);
    assert_int_equal(fc_box_rows_radius(rows), 7);
    check_against_slow_mean((fc_size){ 7, 3 }, 1000);
}

static void the_window_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_box_rows *rows = NULL;
    SWEEP_ALLOCATIONS(fc_box_rows_new((fc_size){ 9, 9 }, 3, 2, &rows, &err), rows == NULL);
    fc_box_rows_free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_equal_the_slow_ones_for_every_plane_and_radius),
        cmocka_unit_test(a_radius_beyond_the_picture_is_cut_to_its_longer_side),
        cmocka_unit_test(the_window_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/box_rows", tests, NULL, NULL);
}
