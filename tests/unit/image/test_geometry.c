#include "image/geometry.h"

#include <math.h>

#include "support/fc_test.h"

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) < 1e-9)) {
        fail_msg("%.12g and %.12g", a, b);
    }
}

static void assert_points(fc_point a, fc_point b)
{
    assert_near(a.x, b.x);
    assert_near(a.y, b.y);
}

static const fc_similarity SOME = { 1.2, -0.7, 30, -4 };
static const fc_similarity OTHER = { -0.1, 2.5, -8, 90 };
static const fc_point PLACE = { 12.5, -3 };

static void identity_moves_nothing(void **state)
{
    (void)state;
    assert_points(fc_similarity_apply(FC_SIMILARITY_IDENTITY, PLACE), PLACE);
    assert_near(fc_similarity_scale(FC_SIMILARITY_IDENTITY), 1);
}

/* y points down: a quarter turn takes "right" to "down". */
static void a_positive_angle_turns_clockwise(void **state)
{
    (void)state;
    const fc_similarity quarter = { 0, 1, 0, 0 };
    assert_points(fc_similarity_apply(quarter, (fc_point){ 1, 0 }), (fc_point){ 0, 1 });
}

static void composing_applies_the_inner_map_first(void **state)
{
    (void)state;
    const fc_similarity both = fc_similarity_compose(SOME, OTHER);
    assert_points(fc_similarity_apply(both, PLACE),
                  fc_similarity_apply(SOME, fc_similarity_apply(OTHER, PLACE)));
    assert_near(fc_similarity_scale(both), fc_similarity_scale(SOME) * fc_similarity_scale(OTHER));
}

static void the_inverse_leads_back(void **state)
{
    (void)state;
    const fc_similarity back = fc_similarity_invert(SOME);
    assert_points(fc_similarity_apply(back, fc_similarity_apply(SOME, PLACE)), PLACE);
    assert_near(fc_similarity_scale(back) * fc_similarity_scale(SOME), 1);
}

static void a_turned_box_is_held_by_a_larger_one(void **state)
{
    (void)state;
    const double diagonal = sqrt(0.5);
    const fc_similarity eighth = { diagonal, diagonal, 5, 7 };
    const fc_box box = fc_similarity_apply_box(eighth, (fc_box){ -1, -1, 2, 2 });
    assert_near(box.x, 5 - sqrt(2));
    assert_near(box.y, 7 - sqrt(2));
    assert_near(box.width, 2 * sqrt(2));
    assert_near(box.height, 2 * sqrt(2));
}

static void boxes_meet_in_their_common_part(void **state)
{
    (void)state;
    const fc_box a = { 0, 0, 10, 10 };
    const fc_box common = fc_box_intersect(a, (fc_box){ 6, -3, 10, 5 });
    assert_near(common.x, 6);
    assert_near(common.y, 0);
    assert_near(common.width, 4);
    assert_near(common.height, 2);
    assert_points(fc_box_centre(common), (fc_point){ 8, 1 });
}

static void boxes_apart_have_nothing_in_common(void **state)
{
    (void)state;
    const fc_box a = { 0, 0, 10, 10 };
    const fc_box apart[] = { { 11, 0, 5, 5 }, { 0, -9, 5, 5 }, { 10, 0, 5, 5 } };
    for (size_t i = 0; i < 3; i++) {
        const fc_box common = fc_box_intersect(a, apart[i]);
        assert_near(common.width * common.height, 0);
        assert_near(fc_box_iou(a, apart[i]), 0);
    }
}

static void iou_is_the_shared_part_of_all(void **state)
{
    (void)state;
    const fc_box a = { 0, 0, 10, 10 };
    assert_near(fc_box_iou(a, a), 1);
    assert_near(fc_box_iou(a, (fc_box){ 5, 0, 10, 10 }), 1.0 / 3);
    assert_near(fc_box_iou(a, (fc_box){ 2, 2, 5, 4 }), 0.2);
    assert_near(fc_box_iou((fc_box){ 0, 0, 0, 0 }, (fc_box){ 0, 0, 0, 0 }), 0);
}

static void a_fit_finds_the_map_between_points(void **state)
{
    (void)state;
    const fc_similarity map = { 0.6, -1.1, 40, 7 };
    const fc_point from[] = { { 1, 2 }, { 30, -4 }, { 12, 50 } };
    fc_point to[3];
    for (int i = 0; i < 3; i++) {
        to[i] = fc_similarity_apply(map, from[i]);
    }
    const fc_similarity found = fc_similarity_fit(from, to, 3);
    assert_true(fabs(found.a - map.a) < 1e-9 && fabs(found.b - map.b) < 1e-9);
    assert_true(fabs(found.tx - map.tx) < 1e-9 && fabs(found.ty - map.ty) < 1e-9);
}

/* One corner of a square is pulled outwards: the map gives way, but does not follow it. */
static void a_fit_spreads_what_does_not_fit(void **state)
{
    (void)state;
    const fc_point from[] = { { 0, 0 }, { 10, 0 }, { 0, 10 }, { 10, 10 } };
    const fc_point to[] = { { 0, 0 }, { 10, 0 }, { 0, 10 }, { 14, 14 } };
    const fc_similarity found = fc_similarity_fit(from, to, 4);
    assert_true(fabs(found.a - 1.2) < 1e-9 && fabs(found.b) < 1e-9);
    assert_true(fabs(found.tx) < 1e-9 && fabs(found.ty) < 1e-9);
}

static void points_in_one_spot_fit_nothing(void **state)
{
    (void)state;
    const fc_point from[] = { { 3, 3 }, { 3, 3 } };
    const fc_point to[] = { { 0, 0 }, { 10, 20 } };
    const fc_similarity found = fc_similarity_fit(from, to, 2);
    assert_true(fc_similarity_scale(found) <= 0.0);
    assert_true(fabs(found.tx - 5) < 1e-9 && fabs(found.ty - 10) < 1e-9);
}

static void the_centroid_is_the_mean_of_points(void **state)
{
    (void)state;
    const fc_point points[] = { { 3, 3 }, { 5, 3 }, { 4, 9 } };
    const fc_point one = fc_points_centroid(points, 1);
    assert_true(fabs(one.x - 3) < 1e-9 && fabs(one.y - 3) < 1e-9);
    const fc_point all = fc_points_centroid(points, 3);
    assert_true(fabs(all.x - 4) < 1e-9 && fabs(all.y - 5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_moves_nothing),
        cmocka_unit_test(a_positive_angle_turns_clockwise),
        cmocka_unit_test(composing_applies_the_inner_map_first),
        cmocka_unit_test(the_inverse_leads_back),
        cmocka_unit_test(a_turned_box_is_held_by_a_larger_one),
        cmocka_unit_test(boxes_meet_in_their_common_part),
        cmocka_unit_test(boxes_apart_have_nothing_in_common),
        cmocka_unit_test(iou_is_the_shared_part_of_all),
        cmocka_unit_test(a_fit_finds_the_map_between_points),
        cmocka_unit_test(a_fit_spreads_what_does_not_fit),
        cmocka_unit_test(points_in_one_spot_fit_nothing),
        cmocka_unit_test(the_centroid_is_the_mean_of_points),
    };
    return cmocka_run_group_tests_name("image/geometry", tests, NULL, NULL);
}
