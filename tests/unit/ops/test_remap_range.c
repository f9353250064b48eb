#include "ops/remap_range.h"

#include <math.h>

#include "support/fc_test.h"

static void levels_stretch_the_middle_and_cut_the_rest(void **state)
{
    (void)state;
    float values[] = { -1.0F, 0.25F, 0.5F, 0.75F, 2.0F };
    const float expected[] = { 0.0F, 0.0F, 0.5F, 1.0F, 1.0F };
    fc_plane plane = { { 5, 1 }, values };
    fc_remap_range_in_place(&plane, 0.25, 0.75);
    for (size_t i = 0; i < 5; i++) {
        assert_true(fabsf(values[i] - expected[i]) < 1e-6F);
    }
}

static void smoothstep_keeps_the_middle_and_flattens_the_ends(void **state)
{
    (void)state;
    float values[] = { 0.1F, 0.3F, 0.5F, 0.7F, 0.9F };
    fc_plane plane = { { 5, 1 }, values };
    fc_smoothstep_in_place(&plane, 0.1, 0.9);
    const float expected[] = { 0.0F, 0.15625F, 0.5F, 0.84375F, 1.0F };
    for (size_t i = 0; i < 5; i++) {
        assert_true(fabsf(values[i] - expected[i]) < 1e-6F);
    }
}

static void whatever_a_network_writes_becomes_a_mask(void **state)
{
    (void)state;
    float values[] = { NAN, -NAN, INFINITY, -INFINITY, 3e38F, -3e38F };
    const float expected[] = { 0.0F, 0.0F, 1.0F, 0.0F, 1.0F, 0.0F };
    fc_plane plane = { { 3, 2 }, values };
    fc_remap_range_in_place(&plane, 0.0, 1.0);
    for (size_t i = 0; i < 6; i++) {
        assert_true(values[i] == expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_stretch_the_middle_and_cut_the_rest),
        cmocka_unit_test(smoothstep_keeps_the_middle_and_flattens_the_ends),
        cmocka_unit_test(whatever_a_network_writes_becomes_a_mask),
    };
    return cmocka_run_group_tests_name("ops/remap_range", tests, NULL, NULL);
}
