#include "ops/guided_upsample.h"

#include <math.h>

#include "base/memory.h"
#include "ops/guided_filter.h"
#include "ops/remap_range.h"
#include "support/fc_test.h"

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
        cmocka_unit_test(runs_are_what_the_whole_filter_says),
        cmocka_unit_test(an_empty_mask_is_one_clear_run_a_row),
        cmocka_unit_test(the_carry_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/guided_upsample", tests, NULL, NULL);
}
