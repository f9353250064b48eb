#include "ops/detail_stats.h"

#include <math.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_size SQUARE = { 200, 200 };
static const fc_box WHOLE = { 0.0, 0.0, 200.0, 200.0 };

/* Independent noise in R, G and B is 0.67 times as strong in luma, 1.12 times in R - Y. */
static void known_noise_is_found(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 1.0F);
    for (double sigma = 3.0; sigma <= 15.0; sigma += 4.0) {
        FC_AUTO(fc_image) image = fc_test_flat(SQUARE, 150, 120, 100);
        fc_test_add_noise(image, sigma, 5);
        const fc_detail_stats stats = fc_detail_measure(image, matte, WHOLE, 1);
        assert_true(fabs(stats.luma_noise / (0.67 * sigma) - 1.0) < 0.15);
        assert_true(stats.chroma_noise > 0.8 * sigma && stats.chroma_noise < 1.3 * sigma);
    }
}

static void smooth_shading_is_no_noise(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_face(190, 140, 115);
    FC_AUTO(fc_plane) matte = fc_test_matte(image->size, 1.0F);
    const fc_detail_stats stats = fc_detail_measure(image, matte, FC_TEST_FACE_BOX, 1);
    assert_true(stats.luma_noise < 0.6);
    assert_true(stats.chroma_noise < 0.6);
}

static fc_image *edge(int32_t ramp_px)
{
    fc_image *image = fc_test_flat(SQUARE, 40, 40, 40);
    for (int32_t y = 0; y < SQUARE.height; y++) {
        for (int32_t i = 0; i < 3 * SQUARE.width; i++) {
            const double along = fmin(fmax((i / 3 - 99.5) / (double)ramp_px + 0.5, 0.0), 1.0);
            fc_image_row(image, y)[i] = (uint8_t)lround(40.0 + 150.0 * along);
        }
    }
    return image;
}

static void sharp_edge_is_sharper_than_a_soft_one(void **state)
{
    (void)state;
    FC_AUTO(fc_image) sharp = edge(1);
    FC_AUTO(fc_image) soft = edge(9);
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 1.0F);
    const double high = fc_detail_measure(sharp, matte, WHOLE, 1).sharpness;
    const double low = fc_detail_measure(soft, matte, WHOLE, 1).sharpness;
    assert_true(high > 0.3);
    assert_true(low < 0.5 * high);
}

static void nothing_to_measure_gives_zeros(void **state)
{
    (void)state;
    const fc_size sizes[] = { { 1, 1 }, { 3, 3 }, { 7, 200 }, { 12, 12 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FC_AUTO(fc_image) image = fc_test_flat(sizes[i], 90, 80, 70);
        FC_AUTO(fc_plane) matte = fc_test_matte(sizes[i], 1.0F);
        const fc_detail_stats stats = fc_detail_measure(image, matte, WHOLE, 3);
        assert_true(stats.luma_noise == 0.0 && stats.sharpness == 0.0);
    }
    FC_AUTO(fc_image) noise = fc_test_random(SQUARE, 4);
    FC_AUTO(fc_plane) nobody = fc_test_matte(SQUARE, NAN);
    const fc_box nowhere = { NAN, 0.0, -1.0, INFINITY };
    const fc_detail_stats stats = fc_detail_measure(noise, nobody, nowhere, 1);
    assert_true(stats.luma_noise == 0.0 && stats.chroma_noise == 0.0 && stats.sharpness == 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_noise_is_found),
        cmocka_unit_test(smooth_shading_is_no_noise),
        cmocka_unit_test(sharp_edge_is_sharper_than_a_soft_one),
        cmocka_unit_test(nothing_to_measure_gives_zeros),
    };
    return cmocka_run_group_tests_name("ops/detail_stats", tests, NULL, NULL);
}
