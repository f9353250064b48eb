#include "pipeline/face_outline.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "support/fc_test.h"
#include "support/pictures.h"

/* A face 100 px wide about (200, 150), drawn with two half circles: chin below, brows above. */
static fc_face make_face(void)
{
    fc_face face = { .box = { 150, 100, 100, 100 }, .dlib_box = { 150, 100, 100, 100 } };
    face.keypoints[FC_KEYPOINT_LEFT_EYE] = (fc_point){ 180, 140 };
    face.keypoints[FC_KEYPOINT_RIGHT_EYE] = (fc_point){ 220, 140 };
    return face;
}

static void make_landmarks(fc_point points[FC_LANDMARK_COUNT])
{
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        points[i] = (fc_point){ 200 + 25 * cos(i), 150 + 30 * sin(i) };
    }
    for (int i = 0; i < 17; i++) { /* the jaw, from the left ear down and up to the right one */
        const double angle = M_PI - M_PI * i / 16;
        points[i] = (fc_point){ 200 + 48 * cos(angle), 140 + 60 * sin(angle) };
    }
    for (int i = 17; i < 27; i++) { /* the brows */
        points[i] = (fc_point){ 165 + (i - 17) * 70.0 / 9, 125 };
    }
    for (int i = 36; i < 48; i++) { /* the eyes */
        points[i] = (fc_point){ i < 42 ? 180 : 220, 140 };
    }
}

/* Whether a pixel lies inside. */
static bool holds(const fc_outline *outline, double x, double y)
{
    FC_AUTO(fc_plane) mask = fc_test_matte((fc_size){ 400, 300 }, 0);
    fc_outline_raise(mask, outline, 1);
    return fc_plane_row(mask, (int32_t)y)[(int32_t)x] == 1.0F;
}

static void landmarks_give_chin_cheeks_and_brows(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    make_landmarks(points);
    const fc_face face = make_face();
    const fc_outline outline = fc_face_outline(&face, points);
    assert_true(holds(&outline, 200, 150));
    assert_true(holds(&outline, 200, 190)); /* the chin */
    assert_true(holds(&outline, 161, 145)); /* a cheek */
    assert_true(holds(&outline, 200, 120)); /* the brow */
    assert_false(holds(&outline, 200, 204));
    assert_false(holds(&outline, 152, 145));
    assert_false(holds(&outline, 155, 190)); /* a corner of the box */
}

static void points_that_slid_off_the_face_are_not_believed(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT];
    make_landmarks(points);
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        points[i].x += 90;
    }
    const fc_face face = make_face();
    const fc_outline outline = fc_face_outline(&face, points);
    assert_true(holds(&outline, 200, 150));
    assert_false(holds(&outline, 260, 150));
}

static void without_points_the_middle_of_the_box_counts_leaning_as_the_eyes_do(void **state)
{
    (void)state;
    fc_face face = make_face();
    const fc_outline upright = fc_face_outline(&face, NULL);
    assert_true(holds(&upright, 200, 183) && !holds(&upright, 233, 150));
    face.keypoints[FC_KEYPOINT_LEFT_EYE] = (fc_point){ 200, 130 };
    face.keypoints[FC_KEYPOINT_RIGHT_EYE] = (fc_point){ 200, 170 };
    const fc_outline lying = fc_face_outline(&face, NULL);
    assert_true(!holds(&lying, 200, 183) && holds(&lying, 233, 150));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(landmarks_give_chin_cheeks_and_brows),
        cmocka_unit_test(points_that_slid_off_the_face_are_not_believed),
        cmocka_unit_test(without_points_the_middle_of_the_box_counts_leaning_as_the_eyes_do),
    };
    return cmocka_run_group_tests_name("pipeline/face_outline", tests, NULL, NULL);
}
