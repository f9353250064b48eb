#include "ops/denoise.h"

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_denoise_options WHOLE = {
    .luma_noise = 7.0, .chroma_noise = 11.0, .luma_share = 1.0, .chroma_share = 1.0, .radius_px = 3
};

static void known_noise_falls_to_a_fifth(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_flat((fc_size){ 120, 120 }, 150, 120, 100);
    fc_test_add_noise(image, 10.0, 7);
    FC_AUTO(fc_image) clean = NULL;
    ASSERT_OK(fc_denoise(image, &WHOLE, &clean, &err), err);
    for (int32_t c = 0; c < 3; c++) {
        assert_true(fc_test_deviation(clean, c, 0, 120) <
                    0.2 * fc_test_deviation(image, c, 0, 120));
    }
}

/* 120 levels of contrast under noise of 8: the edge keeps nine tenths of its height. */
static void step_edge_stays(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_flat((fc_size){ 80, 80 }, 60, 60, 60);
    for (int32_t y = 0; y < 80; y++) {
        for (int32_t i = 120; i < 240; i++) {
            fc_image_row(image, y)[i] = 180;
        }
    }
    fc_test_add_noise(image, 8.0, 8);
    FC_AUTO(fc_image) clean = NULL;
    ASSERT_OK(fc_denoise(image, &WHOLE, &clean, &err), err);
    int32_t step = 0;
    for (int32_t y = 0; y < 80; y++) {
        step += fc_image_row(clean, y)[120] - fc_image_row(clean, y)[117];
    }
    assert_true(step / 80.0 > 108.0);
}

static void grey_stays_grey_exactly(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random((fc_size){ 50, 40 }, 9);
    for (int32_t y = 0; y < 40; y++) {
        uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < 50; x++, pixel += 3) {
            pixel[1] = pixel[0];
            pixel[2] = pixel[0];
        }
    }
    FC_AUTO(fc_image) clean = NULL;
    ASSERT_OK(fc_denoise(image, &WHOLE, &clean, &err), err);
    for (int32_t y = 0; y < 40; y++) {
        const uint8_t *pixel = fc_image_row(clean, y);
        for (int32_t x = 0; x < 50; x++, pixel += 3) {
            assert_true(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        }
    }
}

static void share_of_nothing_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_denoise_options options = WHOLE;
    options.luma_share = 0.0;
    options.chroma_share = 0.0;
    FC_AUTO(fc_image) image = fc_test_random((fc_size){ 41, 29 }, 10);
    FC_AUTO(fc_image) same = NULL;
    ASSERT_OK(fc_denoise(image, &options, &same, &err), err);
    assert_int_equal(fc_test_largest_difference(image, same), 0);
}

static void flat_pictures_of_any_size_stay_flat(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 1, 1 }, { 3, 3 }, { 1, 70 }, { 70, 1 }, { 13, 12 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int32_t radius = 1; radius <= 6; radius++) {
            fc_denoise_options options = WHOLE;
            options.radius_px = radius;
            FC_AUTO(fc_image) image = fc_test_flat(sizes[i], 255, 0, 130);
            FC_AUTO(fc_image) same = NULL;
            ASSERT_OK(fc_denoise(image, &options, &same, &err), err);
            assert_int_equal(fc_test_largest_difference(image, same), 0);
        }
    }
}

static void denoising_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_random((fc_size){ 20, 20 }, 11);
    FC_AUTO(fc_image) clean = NULL;
    SWEEP_ALLOCATIONS(fc_denoise(image, &WHOLE, &clean, &err), clean == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_noise_falls_to_a_fifth),
        cmocka_unit_test(step_edge_stays),
        cmocka_unit_test(grey_stays_grey_exactly),
        cmocka_unit_test(share_of_nothing_changes_nothing),
        cmocka_unit_test(flat_pictures_of_any_size_stay_flat),
        cmocka_unit_test(denoising_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/denoise", tests, NULL, NULL);
}
