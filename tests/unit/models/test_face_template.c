#include "models/face_template.h"

#include <math.h>

#include "support/fc_test.h"

/* A face whose five points lie where the template has them, seen through a map. */
static void make_face(fc_similarity seen, fc_point out[FC_LANDMARK_COUNT])
{
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        fc_point at = { 256.17984, 329.32894 }; /* the nose; what is not used lies there too */
        if (i >= 36 && i < 48) {
            at = i < 42 ? (fc_point){ 194.15928, 243.48541 } : (fc_point){ 318.82558, 243.56108 };
        }
        at = i == 48 ? (fc_point){ 198.72603, 373.32502 } : at;
        at = i == 54 ? (fc_point){ 314.41018, 373.25659 } : at;
        out[i] = fc_similarity_apply(seen, at);
    }
}

static void any_turn_and_size_is_undone(void **state)
{
    (void)state;
    const double turns[] = { 0, 0.4, -1.5, 3.0 };
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
        const fc_similarity seen = { 0.3 * cos(turns[i]), 0.3 * sin(turns[i]), 700, -20 };
        fc_point landmarks[FC_LANDMARK_COUNT];
        make_face(seen, landmarks);
        fc_similarity map = { 0 };
        assert_true(fc_face_template_place(landmarks, &map));
        const fc_similarity both = fc_similarity_compose(map, seen);
        assert_true(fabs(both.a - 1) < 1e-9 && fabs(both.b) < 1e-9);
        assert_true(fabs(both.tx) < 1e-6 && fabs(both.ty) < 1e-6);
        assert_true(fabs(fc_face_template_eyes_px(landmarks) - 0.3 * FC_FACE_TEMPLATE_EYES_PX) <
                    0.01);
    }
}

static void points_in_one_spot_have_no_place(void **state)
{
    (void)state;
    fc_point landmarks[FC_LANDMARK_COUNT];
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        landmarks[i] = (fc_point){ 40, 50 };
    }
    fc_similarity map = { 7, 0, 0, 0 };
    assert_false(fc_face_template_place(landmarks, &map));
    landmarks[48].x = NAN;
    assert_false(fc_face_template_place(landmarks, &map));
    assert_true(map.a > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_turn_and_size_is_undone),
        cmocka_unit_test(points_in_one_spot_have_no_place),
    };
    return cmocka_run_group_tests_name("models/face_template", tests, NULL, NULL);
}
