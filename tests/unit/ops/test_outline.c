#include "ops/outline.h"

#include <math.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static double sum_of(const fc_plane *mask)
{
    double sum = 0;
    for (int32_t i = 0; i < mask->size.width * mask->size.height; i++) {
        sum += (double)mask->data[i];
    }
    return sum;
}

static void an_ellipse_fills_its_area_however_it_is_turned(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 100, 120 }, 0.25F);
        const fc_outline outline = fc_outline_ellipse((fc_point){ 50, 60 }, 20, 35, i * 0.5);
        assert_true(fabs(fc_outline_mean(mask, &outline, 7) - 0.25) < 1e-6);
        fc_outline_raise(mask, &outline, 0.5);
        assert_true(fabs((sum_of(mask) - 0.25 * 12000) / 0.75 / (M_PI * 20 * 35) - 1) < 0.02);
        assert_true(fabs(fc_outline_mean(mask, &outline, 7) - 1) < 1e-6);
        assert_true(fc_plane_row(mask, 60)[50] == 1.0F);
        assert_true(fc_plane_row(mask, 2)[50] == 0.25F);
    }
}

static void what_is_high_enough_is_left_alone(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 40, 40 }, 0.93F);
    fc_plane_row(mask, 20)[20] = 0.1F;
    const fc_outline outline = fc_outline_ellipse((fc_point){ 20, 20 }, 10, 10, 0);
    fc_outline_raise(mask, &outline, 0.9);
    assert_true(fc_plane_row(mask, 20)[20] == 1.0F);
    assert_true(fc_plane_row(mask, 20)[21] == 0.93F);
}

/* Two towers: between them is outside. */
static void a_hollow_outline_keeps_its_hollow(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 30, 20 }, 0);
    const fc_outline outline = {
        .points = { { 2, 18 },
                    { 2, 2 },
                    { 8, 2 },
                    { 8, 14 },
                    { 20, 14 },
                    { 20, 2 },
                    { 26, 2 },
                    { 26, 18 } },
        .count = 8,
    };
    fc_outline_raise(mask, &outline, 1);
    assert_true(fc_plane_row(mask, 5)[5] == 1.0F && fc_plane_row(mask, 5)[23] == 1.0F);
    assert_true(fc_plane_row(mask, 5)[14] == 0.0F && fc_plane_row(mask, 16)[14] == 1.0F);
    assert_true(fabs(sum_of(mask) - (24 * 16 - 12 * 12)) < 1e-6);
}

static void what_lies_outside_the_mask_is_left_out(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 30, 20 }, 0.5F);
    const fc_outline across = fc_outline_ellipse((fc_point){ 0, 0 }, 10, 10, 0);
    fc_outline_raise(mask, &across, 1);
    assert_true(fc_plane_row(mask, 0)[0] == 1.0F);
    const fc_outline beyond = fc_outline_ellipse((fc_point){ 500, -900 }, 10, 10, 0);
    assert_true(fc_outline_mean(mask, &beyond, 7) == 7);
    fc_outline_raise(mask, &beyond, 1);
    assert_true(fc_plane_row(mask, 19)[29] == 0.5F);
}

static void an_outline_goes_along_with_a_map(void **state)
{
    (void)state;
    const fc_outline outline = fc_outline_ellipse((fc_point){ 10, 20 }, 4, 6, 0);
    const fc_outline moved = fc_outline_apply((fc_similarity){ 2, 0, 5, -3 }, &outline);
    assert_int_equal(moved.count, outline.count);
    for (int32_t i = 0; i < moved.count; i++) {
        assert_true(fabs(moved.points[i].x - (2 * outline.points[i].x + 5)) < 1e-9);
        assert_true(fabs(moved.points[i].y - (2 * outline.points[i].y - 3)) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ellipse_fills_its_area_however_it_is_turned),
        cmocka_unit_test(what_is_high_enough_is_left_alone),
        cmocka_unit_test(a_hollow_outline_keeps_its_hollow),
        cmocka_unit_test(what_lies_outside_the_mask_is_left_out),
        cmocka_unit_test(an_outline_goes_along_with_a_map),
    };
    return cmocka_run_group_tests_name("ops/outline", tests, NULL, NULL);
}
