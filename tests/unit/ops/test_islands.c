#include "ops/islands.h"

#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

enum { SIDE = 9 };

static fc_plane *plane_of(const char *rows[SIDE])
{
    fc_error err = { 0 };
    fc_plane *plane = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &plane, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            plane->data[y * SIDE + x] = (float)(rows[y][x] - '0') / 9;
        }
    }
    return plane;
}

static fc_image *seeds_at(int32_t x, int32_t y)
{
    fc_error err = { 0 };
    fc_image *seeds = NULL;
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 1, &seeds, &err), err);
    memset(seeds->data, 0, fc_image_bytes(seeds));
    fc_image_row(seeds, y)[x] = 1;
    return seeds;
}

static void only_what_hangs_together_with_a_seed_stays(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *before[SIDE] = { "000000000", "099900990", "099900990", "099900000", "000090000",
                                 "000001000", "000000900", "000000000", "111111111" };
    const char *after[SIDE] = { "000000000", "099900000", "099900000", "099900000", "000090000",
                                "000001000", "000000000", "000000000", "000000000" };
    FC_AUTO(fc_plane) mask = plane_of(before);
    FC_AUTO(fc_plane) expected = plane_of(after);
    FC_AUTO(fc_image) seeds = seeds_at(2, 2);
    ASSERT_OK(fc_islands_clear(mask, 0.2, seeds, &err), err);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        assert_float_equal(mask->data[i], expected->data[i], 0);
    }
}

static void without_a_seed_nothing_stays(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *rows[SIDE] = { "999999999", "999999999", "999999999", "999999999", "999999999",
                               "999999999", "999999999", "999999999", "999999999" };
    FC_AUTO(fc_plane) mask = plane_of(rows);
    FC_AUTO(fc_image) seeds = seeds_at(0, 0);
    fc_image_row(seeds, 0)[0] = 0;
    ASSERT_OK(fc_islands_clear(mask, 0.2, seeds, &err), err);
    for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) {
        assert_float_equal(mask->data[i], 0, 0);
    }
}

static void without_memory_it_fails_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const char *rows[SIDE] = { "900000009", "000000000", "000000000", "000000000", "000000000",
                               "000000000", "000000000", "000000000", "000000000" };
    FC_AUTO(fc_plane) mask = plane_of(rows);
    FC_AUTO(fc_image) seeds = seeds_at(0, 0);
    SWEEP_ALLOCATIONS(fc_islands_clear(mask, 0.2, seeds, &err), mask->data[SIDE - 1] > 0);
    assert_float_equal(mask->data[SIDE - 1], 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_hangs_together_with_a_seed_stays),
        cmocka_unit_test(without_a_seed_nothing_stays),
        cmocka_unit_test(without_memory_it_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
