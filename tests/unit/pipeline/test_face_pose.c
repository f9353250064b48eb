#include "pipeline/face_pose.h"

#include "base/limits.h"
#include "support/fc_test.h"

/* A face of 200 px about (300, 200) that leans by `roll_deg`, as its detector sees it. */
static fc_face leaning_face(double roll_deg)
{
    const double roll = roll_deg * M_PI / 180;
    fc_face face = { .box = { 200, 100, 200, 200 }, .dlib_box = { 200, 100, 200, 200 } };
    const fc_similarity turn = { cos(roll), sin(roll), 300, 200 };
    face.keypoints[FC_KEYPOINT_LEFT_EYE] = fc_similarity_apply(turn, (fc_point){ -40, -30 });
    face.keypoints[FC_KEYPOINT_RIGHT_EYE] = fc_similarity_apply(turn, (fc_point){ 40, -30 });
    return face;
}

static void points_that_lie_elsewhere_leave_it_to_the_detector(void **state)
{
    (void)state;
    const fc_face face = leaning_face(20);
    const fc_point nowhere[FC_LANDMARK_COUNT] = { { 0, 0 } };
    const fc_face_pose pose = fc_face_pose_of(&face, nowhere);
    assert_true(fabs(pose.roll_rad * 180 / M_PI - 20) < 1e-9);
    assert_true(fabs(pose.box.width - 0.9565 * 200) < 1e-9);
    assert_true(fabs(fc_box_centre(pose.box).x - 300) < 0.1 * 200);
}

static void levelled_coordinates_begin_in_the_face(void **state)
{
    (void)state;
    const fc_face_pose pose = { { 100, 50, 80, 80 }, 0.5 };
    const fc_similarity map = fc_face_pose_to_photo(&pose, pose.roll_rad);
    const fc_point middle = fc_similarity_apply(map, (fc_point){ 0, 0 });
    const fc_point right = fc_similarity_apply(map, (fc_point){ 1, 0 });
    assert_true(fabs(middle.x - 140) < 1e-9 && fabs(middle.y - 90) < 1e-9);
    assert_true(fabs(fc_similarity_scale(map) - 1.06 * 80) < 1e-9);
    assert_true(fabs(atan2(right.y - middle.y, right.x - middle.x) - 0.5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_that_lie_elsewhere_leave_it_to_the_detector),
        cmocka_unit_test(levelled_coordinates_begin_in_the_face),
    };
    return cmocka_run_group_tests_name("pipeline/face_pose", tests, NULL, NULL);
}
