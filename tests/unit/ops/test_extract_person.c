#include "ops/extract_person.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ops/resample.h"
#include "support/fc_test.h"
#include "support/pictures.h"
#include "support/wall_scene.h"

/* A light disc on a dark ground; the mask is a fifth of the picture's size. */
enum { SIDE = 400, SMALL = 80 };
static const double FACE_PX = 30.0;

static double inside(int32_t x, int32_t y, double side)
{
    const double scale = side / SIDE;
    const double far = hypot(x + 0.5 - side / 2, y + 0.5 - side / 2) / scale;
    return fmin(fmax(0.5 + (120 - far) * scale, 0.0), 1.0);
}

static fc_image *disc_picture(void)
{
    fc_image *picture = fc_test_flat((fc_size){ SIDE, SIDE }, 40, 30, 20);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double alpha = inside(x, y, SIDE);
            uint8_t *px = fc_image_row(picture, y) + (ptrdiff_t)3 * x;
            px[0] = (uint8_t)(alpha * 220 + (1 - alpha) * px[0]);
            px[1] = (uint8_t)(alpha * 200 + (1 - alpha) * px[1]);
            px[2] = (uint8_t)(alpha * 180 + (1 - alpha) * px[2]);
        }
    }
    return picture;
}

static fc_plane *disc_mask(void)
{
    fc_plane *mask = fc_test_matte((fc_size){ SMALL, SMALL }, 0);
    for (int32_t y = 0; y < SMALL; y++) {
        for (int32_t x = 0; x < SMALL; x++) {
            fc_plane_row(mask, y)[x] = (float)inside(x, y, SMALL);
        }
    }
    return mask;
}

static fc_image *small_of(const fc_image *picture)
{
    fc_error err = { 0 };
    fc_image *small = NULL;
    const fc_box all = { 0, 0, picture->size.width, picture->size.height };
    ASSERT_OK(fc_resample(picture, all, (fc_size){ SMALL, SMALL }, &small, &err), err);
    return small;
}

static void edge_is_as_sharp_as_the_picture_and_has_the_colour_of_the_person(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_image) small = small_of(picture);
    FC_AUTO(fc_plane) mask = disc_mask();
    FC_AUTO(fc_image) out = NULL;
    ASSERT_OK(fc_extract_person(picture, small, mask, FACE_PX, NULL, &out, &err), err);
    assert_int_equal(out->channels, 4);
    double wrong = 0;
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const uint8_t *px = fc_image_row(out, y) + (ptrdiff_t)4 * x;
            wrong += fabs(px[3] / 255.0 - inside(x, y, SIDE));
            if (px[3] > 64) { /* none of the dark ground is left in the colour */
                assert_true(px[0] > 190 && px[2] > 150);
            }
        }
    }
    assert_true(wrong / (2 * 3.14159 * 120) < 0.5); /* half a px along the outline */
}

static void far_from_the_edge_px_are_copied_or_cleared(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_image) small = small_of(picture);
    FC_AUTO(fc_plane) mask = disc_mask();
    FC_AUTO(fc_image) out = NULL;
    ASSERT_OK(fc_extract_person(picture, small, mask, FACE_PX, NULL, &out, &err), err);
    const uint8_t *middle = fc_image_row(out, SIDE / 2) + 4 * (SIDE / 2);
    const uint8_t *corner = fc_image_row(out, 2) + 4 * 2;
    assert_int_equal(middle[0], 220);
    assert_int_equal(middle[3], 255);
    assert_int_equal(corner[0] | corner[1] | corner[2] | corner[3], 0);
}

static void sides_that_do_not_divide_are_covered_to_the_last_px(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_test_random((fc_size){ 301, 97 }, 3);
    FC_AUTO(fc_image) small = fc_test_random((fc_size){ 43, 14 }, 4);
    FC_AUTO(fc_plane) all = fc_test_matte((fc_size){ 43, 14 }, 1);
    FC_AUTO(fc_image) out = NULL;
    ASSERT_OK(fc_extract_person(picture, small, all, FACE_PX, NULL, &out, &err), err);
    for (int32_t y = 0; y < 97; y++) {
        for (int32_t x = 0; x < 301; x++) {
            assert_int_equal(fc_image_row(out, y)[4 * x + 3], 255);
            assert_int_equal(fc_image_row(out, y)[4 * x], fc_image_row(picture, y)[3 * x]);
        }
    }
}

/* Dark hair before a light wall, keyed: how much lighter than the hair the edge is, levels. */
static void no_light_line_of_the_wall_is_left_at_a_keyed_edge(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    FC_AUTO(fc_image) out = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_non_null(wall);
    ASSERT_OK(fc_extract_person(picture, picture, mask, FC_WALL_FACE_PX, wall, &out, &err), err);
    double light = 0;
    double sum = 0;
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            const uint8_t *px = fc_image_row(out, y) + (ptrdiff_t)4 * x;
            const double share = fc_wall_alpha(x, y);
            if (share > 0 && share < 1) {
                light += px[3] / 255.0 * (px[0] - 60);
                sum += px[3] / 255.0;
            }
        }
    }
    assert_true(light / sum < 0); /* 10 if the key alone were believed */
}

static void lift_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_test_random((fc_size){ 60, 40 }, 3);
    FC_AUTO(fc_image) small = fc_test_random((fc_size){ 30, 20 }, 4);
    FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 30, 20 }, 0.5F);
    FC_AUTO(fc_image) out = NULL;
    SWEEP_ALLOCATIONS(fc_extract_person(picture, small, mask, FACE_PX, NULL, &out, &err),
                      out == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edge_is_as_sharp_as_the_picture_and_has_the_colour_of_the_person),
        cmocka_unit_test(far_from_the_edge_px_are_copied_or_cleared),
        cmocka_unit_test(sides_that_do_not_divide_are_covered_to_the_last_px),
        cmocka_unit_test(no_light_line_of_the_wall_is_left_at_a_keyed_edge),
        cmocka_unit_test(lift_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/extract_person", tests, NULL, NULL);
}
