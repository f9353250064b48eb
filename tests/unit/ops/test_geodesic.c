#include "ops/geodesic.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/pictures.h"

#define TOLL 0.25F

static void assert_near(float value, double expected, double tolerance)
{
    assert_true(fabs((double)value - expected) <= tolerance);
}

static fc_plane *distance_from(fc_size size, int32_t x, int32_t y)
{
    fc_plane *distance = fc_test_matte(size, INFINITY);
    fc_plane_row(distance, y)[x] = 0;
    return distance;
}

static void paint(fc_image *image, int32_t x, int32_t y, uint8_t level)
{
    uint8_t *pixel = fc_image_row(image, y) + (ptrdiff_t)3 * x;
    pixel[0] = pixel[1] = pixel[2] = level;
}

/* A wall of white px across a grey picture, from the top down to `end`. */
static fc_image *walled(fc_size size, int32_t x, int32_t end)
{
    fc_image *picture = fc_test_flat(size, 100, 100, 100);
    for (int32_t y = 0; y < end; y++) {
        paint(picture, x, y, 255);
    }
    return picture;
}

static void on_one_colour_the_distance_is_the_length_of_the_way(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 9, 7 };
    fc_image *picture = fc_test_flat(size, 10, 20, 30);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = distance_from(size, 6, 2);
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 1.0, distance, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            const int32_t dx = abs(x - 6);
            const int32_t dy = abs(y - 2);
            const int32_t diagonal = dx < dy ? dx : dy;
            const double length = abs(dx - dy) + M_SQRT2 * diagonal;
            assert_near(fc_plane_row(distance, y)[x], length * TOLL, 1e-4);
        }
    }
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

static void a_wall_costs_its_colour_twice(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 9, 5 };
    fc_image *picture = walled(size, 4, 5);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = distance_from(size, 0, 2);
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 0.01, distance, &err), err);
    assert_near(fc_plane_row(distance, 2)[3], 3 * TOLL, 1e-4);
    assert_near(fc_plane_row(distance, 2)[8], 8 * TOLL + 2 * 0.01 * 3 * 155, 1e-3);
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

/* A maze of walls with gaps at alternate ends: the way is many times the straight line. */
static void the_way_leads_round_walls(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 11, 9 };
    fc_image *picture = walled(size, 3, 8);
    for (int32_t y = 1; y < size.height; y++) {
        paint(picture, 6, y, 255);
    }
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = distance_from(size, 0, 0);
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 10.0, distance, &err), err);
    const float far = fc_plane_row(distance, 8)[10];
    assert_true(far > 20 * TOLL); /* down, up and down again */
    assert_true(far < 30 * TOLL); /* and no wall is paid for */
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

static void a_dear_pixel_is_passed_by(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 7, 7 };
    fc_image *picture = fc_test_flat(size, 0, 0, 0);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane_row(toll, 3)[3] = 100;
    fc_plane *distance = distance_from(size, 0, 3);
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 1.0, distance, &err), err);
    assert_near(fc_plane_row(distance, 3)[6], (4 + 2 * M_SQRT2) * TOLL, 1e-4);
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

static void of_two_seeds_the_cheaper_one_counts(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 11, 1 };
    fc_image *picture = fc_test_flat(size, 0, 0, 0);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = distance_from(size, 0, 0);
    fc_plane_row(distance, 0)[10] = 1.0F; /* four px late */
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 1.0, distance, &err), err);
    assert_near(fc_plane_row(distance, 0)[6], 6 * TOLL, 1e-4);
    assert_near(fc_plane_row(distance, 0)[9], 1 + TOLL, 1e-4);
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

static void without_a_seed_nothing_changes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 5, 4 };
    fc_image *picture = fc_test_random(size, 7);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = fc_test_matte(size, INFINITY);
    ASSERT_OK(fc_geodesic_distance_in_place(picture, toll, 1.0, distance, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        assert_true(isinf(distance->data[i]) != 0);
    }
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

static void memory_that_ends_is_told_and_nothing_changes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 5, 4 };
    fc_image *picture = fc_test_random(size, 7);
    fc_plane *toll = fc_test_matte(size, TOLL);
    fc_plane *distance = distance_from(size, 2, 2);
    SWEEP_ALLOCATIONS(fc_geodesic_distance_in_place(picture, toll, 1.0, distance, &err),
                      isinf(distance->data[0]));
    assert_true(isfinite(distance->data[0]) != 0);
    fc_plane_free(distance);
    fc_plane_free(toll);
    fc_image_free(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_one_colour_the_distance_is_the_length_of_the_way),
        cmocka_unit_test(a_wall_costs_its_colour_twice),
        cmocka_unit_test(the_way_leads_round_walls),
        cmocka_unit_test(a_dear_pixel_is_passed_by),
        cmocka_unit_test(of_two_seeds_the_cheaper_one_counts),
        cmocka_unit_test(without_a_seed_nothing_changes),
        cmocka_unit_test(memory_that_ends_is_told_and_nothing_changes),
    };
    return cmocka_run_group_tests_name("ops/geodesic", tests, NULL, NULL);
}
