#include "ops/attach_alpha.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static void colour_is_kept_and_alpha_rounded_and_limited(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgb = fc_pattern_noise((fc_size){ 6, 2 }, 3, 5);
    FC_AUTO(fc_plane) alpha = NULL;
    ASSERT_OK(fc_plane_new(rgb->size, &alpha, &err), err);
    const float values[] = { 0, 1, 0.5F, 0.4999F / 255, -0.3F, 1.4F };
    const uint8_t expected[] = { 0, 255, 128, 0, 0, 255 };
    for (int32_t i = 0; i < 12; i++) {
        alpha->data[i] = values[i % 6];
    }
    FC_AUTO(fc_image) rgba = NULL;
    ASSERT_OK(fc_attach_alpha(rgb, alpha, &rgba, &err), err);
    assert_int_equal(rgba->channels, 4);
    for (int32_t y = 0; y < 2; y++) {
        for (int32_t x = 0; x < 6; x++) {
            assert_memory_equal(fc_image_row(rgba, y) + x * 4, fc_image_row(rgb, y) + x * 3, 3);
            assert_int_equal(fc_image_row(rgba, y)[x * 4 + 3], expected[x]);
        }
    }
}

static void a_mask_of_another_size_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgb = fc_pattern_noise((fc_size){ 6, 2 }, 3, 5);
    FC_AUTO(fc_plane) alpha = NULL;
    fc_image *rgba = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ 2, 6 }, &alpha, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_attach_alpha(rgb, alpha, &rgba, &err), err);
    assert_null(rgba);
}

static void attach_alpha_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) rgb = fc_pattern_noise((fc_size){ 1, 1 }, 3, 5);
    FC_AUTO(fc_plane) alpha = NULL;
    FC_AUTO(fc_image) rgba = NULL;
    ASSERT_OK(fc_plane_new(rgb->size, &alpha, &err), err);
    alpha->data[0] = 1;
    SWEEP_ALLOCATIONS(fc_attach_alpha(rgb, alpha, &rgba, &err), rgba == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colour_is_kept_and_alpha_rounded_and_limited),
        cmocka_unit_test(a_mask_of_another_size_is_refused),
        cmocka_unit_test(attach_alpha_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/attach_alpha", tests, NULL, NULL);
}
