#include "ops/wiener_rows.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

enum { WIDTH = 23, HEIGHT = 31 };

/* Feed a picture, first and last row repeated, and collect what comes out. */
static void smooth(int32_t radius, double variance, int16_t in[HEIGHT][WIDTH],
                   int16_t before[HEIGHT][WIDTH], int16_t after[HEIGHT][WIDTH])
{
    fc_error err = { 0 };
    FC_AUTO(fc_wiener_rows) rows = NULL;
    ASSERT_OK(fc_wiener_rows_new(WIDTH, radius, variance, &rows, &err), err);
    int16_t spare[2][WIDTH];
    for (int32_t y = -2 * radius; y < HEIGHT + 2 * radius; y++) {
        const int32_t from = y < 0 ? 0 : (y < HEIGHT ? y : HEIGHT - 1);
        memcpy(fc_wiener_rows_input(rows), in[from], sizeof in[from]);
        const int32_t to = y - 2 * radius;
        fc_wiener_rows_push(rows, to < 0 ? spare[0] : before[to], to < 0 ? spare[1] : after[to]);
    }
}

static void fill(int16_t picture[HEIGHT][WIDTH], int16_t low, int16_t high)
{
    uint32_t state = 9;
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++) {
            state = state * 1664525u + 1013904223u;
            picture[y][x] = (int16_t)(low + (int16_t)((state >> 16) % (uint32_t)(high - low + 1)));
        }
    }
}

static void rows_come_out_unchanged_beside_the_smoothed_ones(void **state)
{
    (void)state;
    int16_t in[HEIGHT][WIDTH];
    int16_t before[HEIGHT][WIDTH];
    int16_t after[HEIGHT][WIDTH];
    fill(in, -FC_WIENER_VALUE_MAX, FC_WIENER_VALUE_MAX);
    for (int32_t radius = 1; radius <= FC_WIENER_RADIUS_MAX; radius++) {
        smooth(radius, 25.0, in, before, after);
        assert_memory_equal(before, in, sizeof in);
    }
}

static void without_noise_nothing_changes(void **state)
{
    (void)state;
    int16_t in[HEIGHT][WIDTH];
    int16_t before[HEIGHT][WIDTH];
    int16_t after[HEIGHT][WIDTH];
    fill(in, -FC_WIENER_VALUE_MAX, FC_WIENER_VALUE_MAX);
    smooth(3, 0.0, in, before, after);
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++) {
            assert_in_range(after[y][x] - in[y][x] + 1, 0, 2);
        }
    }
}

/* Also the largest window on the largest values, where the sums come nearest to overflow. */
static void constant_stays_constant_up_to_the_border(void **state)
{
    (void)state;
    const int16_t values[] = { -FC_WIENER_VALUE_MAX, -1, 0, 7, FC_WIENER_VALUE_MAX };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        int16_t in[HEIGHT][WIDTH];
        int16_t before[HEIGHT][WIDTH];
        int16_t after[HEIGHT][WIDTH];
        fill(in, values[i], values[i]);
        smooth(FC_WIENER_RADIUS_MAX, 100.0, in, before, after);
        assert_memory_equal(after, in, sizeof in);
    }
}

static void weak_noise_becomes_flat(void **state)
{
    (void)state;
    int16_t in[HEIGHT][WIDTH];
    int16_t before[HEIGHT][WIDTH];
    int16_t after[HEIGHT][WIDTH];
    fill(in, 97, 103);
    smooth(3, 36.0, in, before, after);
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++) {
            assert_in_range(after[y][x], 99, 101);
        }
    }
}

static void smoother_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_wiener_rows) rows = NULL;
    SWEEP_ALLOCATIONS(fc_wiener_rows_new(40, 2, 9.0, &rows, &err), rows == NULL);
    fc_wiener_rows_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_out_unchanged_beside_the_smoothed_ones),
        cmocka_unit_test(without_noise_nothing_changes),
        cmocka_unit_test(constant_stays_constant_up_to_the_border),
        cmocka_unit_test(weak_noise_becomes_flat),
        cmocka_unit_test(smoother_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/wiener_rows", tests, NULL, NULL);
}
