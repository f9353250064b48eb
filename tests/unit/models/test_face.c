#include "models/face.h"

#include <math.h>

#include "support/fc_test.h"

static fc_face face_at(double x, double y, double side, double score)
{
    fc_face face = { .box = { x, y, side, side },
                     .dlib_box = { x, y, side, side },
                     .score = score };
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        face.keypoints[i] = (fc_point){ x + i, y - i };
    }
    return face;
}

static void finds_of_one_face_become_their_weighted_mean(void **state)
{
    (void)state;
    fc_face candidates[] = { face_at(4, 8, 100, 0.3), face_at(0, 0, 100, 0.9) };
    fc_faces faces;
    fc_faces_merge(candidates, 2, &faces);
    assert_int_equal(faces.count, 1);
    const fc_face *face = &faces.items[0];
    assert_true(face->score == 0.9);
    assert_true(fabs(face->box.x - 1) < 1e-12);
    assert_true(fabs(face->box.y - 2) < 1e-12);
    assert_true(fabs(face->box.width - 100) < 1e-12);
    assert_true(fabs(face->dlib_box.y - 2) < 1e-12);
    assert_true(fabs(face->keypoints[5].x - 6) < 1e-12);
}

static void different_faces_stay_apart_and_are_sorted(void **state)
{
    (void)state;
    /* 60 of 100 px apart: the common part is 40 of 160, below FC_FACE_OVERLAP_MAX. */
    fc_face candidates[] = { face_at(0, 0, 100, 0.5), face_at(60, 0, 100, 0.8),
                             face_at(500, 0, 10, 0.7) };
    fc_faces faces;
    fc_faces_merge(candidates, 3, &faces);
    assert_int_equal(faces.count, 3);
    assert_true(faces.items[0].box.x == 60);
    assert_true(faces.items[1].box.x == 500);
    assert_true(faces.items[2].box.x == 0);
}

static void only_the_strongest_are_kept(void **state)
{
    (void)state;
    static fc_face candidates[FC_FACES_MAX + 20];
    static fc_faces faces;
    for (int32_t i = 0; i < FC_FACES_MAX + 20; i++) {
        candidates[i] = face_at(20.0 * i, 0, 10, 0.1 + 0.001 * i);
    }
    fc_faces_merge(candidates, FC_FACES_MAX + 20, &faces);
    assert_int_equal(faces.count, FC_FACES_MAX);
    assert_true(fabs(faces.items[FC_FACES_MAX - 1].score - 0.12) < 1e-12);
}

static void no_candidates_give_no_face(void **state)
{
    (void)state;
    fc_faces faces = { .count = 7 };
    fc_faces_merge(NULL, 0, &faces);
    assert_int_equal(faces.count, 0);
}

static void a_marked_face_is_level_and_lies_in_its_box(void **state)
{
    (void)state;
    const fc_face face = fc_face_of_box((fc_box){ 100, 200, 50, 50 });
    assert_true(face.score == 0 && face.dlib_box.x == 100 && face.dlib_box.width == 50);
    const fc_point left = face.keypoints[FC_KEYPOINT_LEFT_EYE];
    const fc_point right = face.keypoints[FC_KEYPOINT_RIGHT_EYE];
    assert_true(left.y == right.y && left.x < right.x);
    assert_true(face.keypoints[FC_KEYPOINT_MOUTH].y > face.keypoints[FC_KEYPOINT_NOSE].y);
    for (int i = 0; i < FC_KEYPOINT_COUNT; i++) {
        assert_true(face.keypoints[i].x > 100 && face.keypoints[i].x < 150);
        assert_true(face.keypoints[i].y > 200 && face.keypoints[i].y < 250);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_of_one_face_become_their_weighted_mean),
        cmocka_unit_test(different_faces_stay_apart_and_are_sorted),
        cmocka_unit_test(only_the_strongest_are_kept),
        cmocka_unit_test(no_candidates_give_no_face),
        cmocka_unit_test(a_marked_face_is_level_and_lies_in_its_box),
    };
    return cmocka_run_group_tests_name("models/face", tests, NULL, NULL);
}
