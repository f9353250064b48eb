#include "models/landmark_box.h"

#include <math.h>

#include "support/fc_test.h"

/* Half of the points at one end of a diagonal, half at the other: known mean and spread; the eyes
 * are put where the roll is wanted. */
static void make_points(fc_point centre, double roll, fc_point out[FC_LANDMARK_COUNT])
{
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        const bool right = i >= 42 && i < 48;
        const bool left = i >= 36 && i < 42;
        const double along = right || (!left && i % 2 == 0) ? 10 : -10;
        out[i] = (fc_point){ centre.x + along * cos(roll), centre.y + along * sin(roll) };
    }
}

static void box_is_2_8_spreads_wide_and_above_the_mean(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    make_points((fc_point){ 100, 200 }, 0, points);
    const fc_box box = fc_dlib_box_from_landmarks(points);
    const fc_point centre = fc_box_centre(box);
    assert_true(fabs(box.width - 28) < 1e-9);
    assert_true(box.height == box.width);
    assert_true(fabs(centre.x - 100) < 1e-9);
    assert_true(fabs(centre.y - (200 - 1.11)) < 1e-9);
}

/* A face that leans to the right (clockwise) has its forehead there. */
static void centre_turns_with_the_face(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    make_points((fc_point){ 100, 200 }, acos(-1) / 2, points);
    const fc_point centre = fc_box_centre(fc_dlib_box_from_landmarks(points));
    assert_true(fabs(centre.x - (100 + 1.11)) < 1e-9);
    assert_true(fabs(centre.y - 200) < 1e-9);
}

static void points_in_one_place_give_an_empty_box(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        points[i] = (fc_point){ 7, 8 };
    }
    const fc_box box = fc_dlib_box_from_landmarks(points);
    assert_true(box.x == 7 && box.y == 8 && box.width == 0 && box.height == 0);
}

static void points_fit_only_where_the_detector_saw_the_face(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    make_points((fc_point){ 100, 200 }, 0, points);
    assert_true(fc_landmarks_fit(points, (fc_box){ 90, 188, 26, 26 }));
    assert_false(fc_landmarks_fit(points, (fc_box){ 110, 188, 26, 26 }));
    assert_false(fc_landmarks_fit(points, (fc_box){ 60, 160, 80, 80 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(box_is_2_8_spreads_wide_and_above_the_mean),
        cmocka_unit_test(centre_turns_with_the_face),
        cmocka_unit_test(points_in_one_place_give_an_empty_box),
        cmocka_unit_test(points_fit_only_where_the_detector_saw_the_face),
    };
    return cmocka_run_group_tests_name("models/landmark_box", tests, NULL, NULL);
}
