#include "ops/deblock.h"

#include <math.h>
#include <stdlib.h>

#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/pictures.h"

/* What strong compression leaves: each 8 x 8 block at its own level, `step` at most from what was
 * there. */
static void block(fc_image *image, int32_t left, int32_t top, int32_t step)
{
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t x = 0; x < image->size.width; x++) {
            const int32_t number = (x + 8 - left) / 8 * 31 + (y + 8 - top) / 8 * 17;
            const int32_t by = number * number % (2 * step + 1) - step;
            for (int32_t c = 0; c < 3; c++) {
                uint8_t *level = fc_image_row(image, y) + 3 * x + c;
                const int32_t value = *level + by;
                *level = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
            }
        }
    }
}

/* Levels that rise slowly, as those of skin do. */
static fc_image *ramp(fc_size size)
{
    fc_image *image = fc_test_flat(size, 0, 0, 0);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            for (int32_t c = 0; c < 3; c++) {
                fc_image_row(image, y)[3 * x + c] = (uint8_t)(60 + 20 * c + (x + 2 * y) / 6);
            }
        }
    }
    return image;
}

static double mean_square(const fc_image *a, const fc_image *b)
{
    double sum = 0;
    for (int32_t y = 0; y < a->size.height; y++) {
        for (int32_t i = 0; i < 3 * a->size.width; i++) {
            const double apart = fc_image_row(a, y)[i] - fc_image_row(b, y)[i];
            sum += apart * apart;
        }
    }
    return sum / (3.0 * a->size.width * a->size.height);
}

static void a_grid_is_found_wherever_it_begins(void **state)
{
    (void)state;
    for (int32_t left = 0; left < 8; left += 3) {
        for (int32_t top = 0; top < 8; top += 2) {
            FC_AUTO(fc_image) image = ramp((fc_size){ 150, 131 });
            block(image, left, top, 6);
            const fc_blocks blocks = fc_deblock_measure(image);
            assert_true(blocks.step > 2);
            assert_int_equal(blocks.left, left);
            assert_int_equal(blocks.top, top);
        }
    }
}

static void steps_are_smoothed_towards_what_was_there(void **state)
{
    (void)state;
    FC_AUTO(fc_image) clean = ramp((fc_size){ 160, 120 });
    FC_AUTO(fc_image) image = ramp((fc_size){ 160, 120 });
    block(image, 3, 5, 6);
    const double before = mean_square(image, clean);
    const fc_blocks blocks = fc_deblock_measure(image);
    fc_deblock_in_place(image, &blocks);
    assert_true(mean_square(image, clean) < 0.7 * before);
    const fc_blocks after = fc_deblock_measure(image);
    assert_true(after.step < 0.3 * blocks.step);
}

/* A border of 100 levels on the grid itself. */
static void an_edge_between_blocks_stays(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_flat((fc_size){ 64, 64 }, 40, 40, 40);
    for (int32_t y = 0; y < 64; y++) {
        for (int32_t i = 3 * 32; i < 3 * 64; i++) {
            fc_image_row(image, y)[i] = 140;
        }
    }
    FC_AUTO(fc_image) before = NULL;
    fc_error err = { 0 };
    ASSERT_OK(fc_image_copy(image, &before, &err), err);
    fc_deblock_in_place(image, &(fc_blocks){ .step = 5 });
    assert_int_equal(fc_test_largest_difference(before, image), 0);
}

static void good_photos_and_noise_have_no_blocks(void **state)
{
    (void)state;
    FC_AUTO(fc_image) noise = fc_test_random((fc_size){ 128, 128 }, 11);
    assert_true(fc_deblock_measure(noise).step == 0);
    FC_AUTO(fc_image) official = fc_photo_read("tests/data/official_portrait.jpg");
    assert_true(fc_deblock_measure(official).step == 0);
    FC_AUTO(fc_image) astronaut = fc_photo_read("tests/data/astronaut.png");
    assert_true(fc_deblock_measure(astronaut).step == 0);
}

static void without_blocks_in_sight_nothing_changes(void **state)
{
    (void)state;
    FC_AUTO(fc_image) small = ramp((fc_size){ 63, 200 });
    block(small, 0, 0, 6);
    const fc_blocks blocks = fc_deblock_measure(small);
    assert_true(blocks.step == 0);
    FC_AUTO(fc_image) before = NULL;
    fc_error err = { 0 };
    ASSERT_OK(fc_image_copy(small, &before, &err), err);
    fc_deblock_in_place(small, &blocks);
    assert_int_equal(fc_test_largest_difference(before, small), 0);
}

/* Whatever the size, nothing outside is touched (asan tells). */
static void any_size_and_grid_is_safe(void **state)
{
    (void)state;
    for (int32_t side = 1; side < 20; side++) {
        FC_AUTO(fc_image) image = fc_test_random((fc_size){ side, 20 - side }, 5);
        for (int32_t begin = 0; begin < 8; begin++) {
            fc_deblock_in_place(image, &(fc_blocks){ begin, 7 - begin, 40 });
        }
        assert_true(fc_deblock_measure(image).step == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_is_found_wherever_it_begins),
        cmocka_unit_test(steps_are_smoothed_towards_what_was_there),
        cmocka_unit_test(an_edge_between_blocks_stays),
        cmocka_unit_test(good_photos_and_noise_have_no_blocks),
        cmocka_unit_test(without_blocks_in_sight_nothing_changes),
        cmocka_unit_test(any_size_and_grid_is_safe),
    };
    return cmocka_run_group_tests_name("ops/deblock", tests, NULL, NULL);
}
