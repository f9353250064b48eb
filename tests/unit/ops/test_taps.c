#include "ops/taps.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static const fc_kernel KERNELS[] = { FC_KERNEL_CUBIC, FC_KERNEL_AREA };

static void weights_add_up_to_one_and_stay_within_the_input(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t seed = 5;
    for (int round = 0; round < 200; round++) {
        const int32_t input = 1 + (int32_t)(fc_pattern_random(&seed) % 50);
        const double start = input * (fc_pattern_random(&seed) / 4294967296.0);
        const fc_axis axis = { input, start, (input - start) * 0.9 + 1e-3,
                               1 + (int32_t)(fc_pattern_random(&seed) % 60) };
        FC_AUTO(fc_taps) taps = NULL;
        ASSERT_OK(fc_taps_new(axis, KERNELS[round % 2], &taps, &err), err);
        for (int32_t i = 0; i < axis.output; i++) {
            assert_true(taps->first[i] >= 0);
            assert_true(taps->first[i] + taps->count <= input);
            double sum = 0;
            for (int32_t t = 0; t < taps->count; t++) {
                sum += (double)taps->weights[i * taps->count + t];
            }
            assert_true(fabs(sum - 1) < 1e-5);
        }
    }
}

/* What lies at the same place on both sides is not touched at all. */
static void the_same_size_has_one_tap_of_weight_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (size_t k = 0; k < 2; k++) {
        FC_AUTO(fc_taps) taps = NULL;
        ASSERT_OK(fc_taps_new((fc_axis){ 20, 3, 10, 10 }, KERNELS[k], &taps, &err), err);
        for (int32_t i = 0; i < 10; i++) {
            for (int32_t t = 0; t < taps->count; t++) {
                const float expected = taps->first[i] + t == 3 + i ? 1 : 0;
                assert_true(taps->weights[i * taps->count + t] == expected);
            }
        }
    }
}

static void area_weights_are_the_covered_shares(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_taps) taps = NULL;
    ASSERT_OK(fc_taps_new((fc_axis){ 5, 0, 5, 2 }, FC_KERNEL_AREA, &taps, &err), err);
    const double expected[2][5] = { { 0.4, 0.4, 0.2, 0, 0 }, { 0, 0, 0.2, 0.4, 0.4 } };
    for (int32_t i = 0; i < 2; i++) {
        for (int32_t t = 0; t < taps->count; t++) {
            assert_true(fabs((double)taps->weights[i * taps->count + t] -
                             expected[i][taps->first[i] + t]) < 1e-6);
        }
    }
}

static void taps_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_taps) taps = NULL;
    SWEEP_ALLOCATIONS(fc_taps_new((fc_axis){ 9, 0, 9, 4 }, FC_KERNEL_CUBIC, &taps, &err),
                      taps == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_add_up_to_one_and_stay_within_the_input),
        cmocka_unit_test(the_same_size_has_one_tap_of_weight_one),
        cmocka_unit_test(area_weights_are_the_covered_shares),
        cmocka_unit_test(taps_survive_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/taps", tests, NULL, NULL);
}
