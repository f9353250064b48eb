#include "models/letterbox.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"

#define FULL_16 ((fc_letterbox_sides){ 16, 16 })

static fc_image *make_white(int32_t width, int32_t height)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ width, height }, 3, &image, &err), err);
    memset(image->data, 255, image->stride * (size_t)height);
    return image;
}

static void short_side_lies_between_black_bars(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(80, 40);
    FC_AUTO(fc_image) square = NULL;
    fc_placement placed;
    ASSERT_OK(fc_letterbox(picture, (fc_box){ 0, 0, 80, 40 }, FULL_16, &square, &placed, &err),
              err);
    assert_int_equal(square->size.width, 16);
    assert_int_equal(square->size.height, 16);
    for (int32_t y = 0; y < 16; y++) {
        const uint8_t expected = y >= 4 && y < 12 ? 255 : 0;
        assert_int_equal(fc_image_row(square, y)[0], expected);
        assert_int_equal(fc_image_row(square, y)[3 * 16 - 1], expected);
    }
}

static void placement_leads_back_to_the_picture(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(100, 60);
    FC_AUTO(fc_image) square = NULL;
    fc_placement placed;
    ASSERT_OK(fc_letterbox(picture, (fc_box){ 20, 10, 25, 50 }, ((fc_letterbox_sides){ 20, 20 }),
                           &square, &placed, &err),
              err);
    const fc_point corner = fc_placement_apply(placed, (fc_point){ 5, 0 });
    assert_true(fabs(corner.x - 20) < 1e-9 && fabs(corner.y - 10) < 1e-9);
    const fc_box box = fc_placement_apply_box(placed, (fc_box){ 5, 0, 10, 20 });
    assert_true(fabs(box.x - 20) < 1e-9 && fabs(box.width - 25) < 1e-9);
    assert_true(fabs(box.y - 10) < 1e-9 && fabs(box.height - 50) < 1e-9);
}

static void a_part_can_be_made_smaller_than_the_square(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(80, 40);
    FC_AUTO(fc_image) square = NULL;
    fc_placement placed;
    const fc_letterbox_sides sides = { 8, 16 };
    ASSERT_OK(fc_letterbox(picture, (fc_box){ 0, 0, 80, 40 }, sides, &square, &placed, &err), err);
    assert_int_equal(square->size.width, 16);
    for (int32_t y = 0; y < 16; y++) {
        for (int32_t x = 0; x < 16; x++) {
            const bool inside = x >= 4 && x < 12 && y >= 6 && y < 10;
            assert_int_equal(fc_image_row(square, y)[3 * x], inside ? 255 : 0);
        }
    }
    const fc_point corner = fc_placement_apply(placed, (fc_point){ 4, 6 });
    assert_true(fabs(corner.x) < 1e-9 && fabs(corner.y) < 1e-9);
}

static void a_line_of_pixels_is_still_one_pixel_wide(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(1000, 1);
    FC_AUTO(fc_image) square = NULL;
    fc_placement placed;
    ASSERT_OK(fc_letterbox(picture, (fc_box){ 0, 0, 1000, 1 }, FULL_16, &square, &placed, &err),
              err);
    assert_int_equal(fc_image_row(square, 7)[0], 255);
    assert_int_equal(fc_image_row(square, 6)[0], 0);
    assert_int_equal(fc_image_row(square, 8)[0], 0);
}

static void a_region_outside_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(10, 10);
    fc_image *square = NULL;
    fc_placement placed;
    const fc_box outside = { 5, 5, 10, 10 };
    const fc_box empty = { 5, 5, 0, 0 };
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_letterbox(picture, outside, FULL_16, &square, &placed, &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_letterbox(picture, empty, FULL_16, &square, &placed, &err),
                 err);
    assert_null(square);
}

static void letterbox_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = make_white(30, 20);
    FC_AUTO(fc_image) square = NULL;
    fc_placement placed;
    SWEEP_ALLOCATIONS(
        fc_letterbox(picture, (fc_box){ 0, 0, 30, 20 }, FULL_16, &square, &placed, &err),
        square == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_side_lies_between_black_bars),
        cmocka_unit_test(placement_leads_back_to_the_picture),
        cmocka_unit_test(a_part_can_be_made_smaller_than_the_square),
        cmocka_unit_test(a_line_of_pixels_is_still_one_pixel_wide),
        cmocka_unit_test(a_region_outside_is_refused),
        cmocka_unit_test(letterbox_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/letterbox", tests, NULL, NULL);
}
