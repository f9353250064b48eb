#include "models/blazeface.h"

#include <math.h>

#include "support/fc_test.h"

static float regressions[FC_BLAZEFACE_ANCHORS * FC_BLAZEFACE_VALUES];
static float scores[FC_BLAZEFACE_ANCHORS];
static fc_face found[FC_BLAZEFACE_ANCHORS];

/* All anchors silent but one, in column 5 of row 7: its centre is (22, 30). */
static float *speak_at_anchor(float score)
{
    for (size_t i = 0; i < FC_BLAZEFACE_ANCHORS; i++) {
        scores[i] = -50;
    }
    const size_t anchor = 7 * FC_BLAZEFACE_ROW + 5;
    scores[anchor] = score;
    float *values = regressions + anchor * FC_BLAZEFACE_VALUES;
    for (int i = 0; i < FC_BLAZEFACE_VALUES; i++) {
        values[i] = (float)i;
    }
    values[2] = 20;
    values[3] = 10;
    return values;
}

static void values_count_from_the_anchor(void **state)
{
    (void)state;
    (void)speak_at_anchor(1);
    assert_int_equal(fc_blazeface_decode(regressions, scores, 0.5, found), 1);
    assert_true(fabs(found[0].score - 1 / (1 + exp(-1))) < 1e-12);
    assert_true(found[0].box.x == 22 + 0 - 10);
    assert_true(found[0].box.y == 30 + 1 - 5);
    assert_true(found[0].box.width == 20);
    assert_true(found[0].box.height == 10);
    assert_true(found[0].keypoints[FC_KEYPOINT_LEFT_EYE].x == 22 + 4);
    assert_true(found[0].keypoints[FC_KEYPOINT_RIGHT_EAR].y == 30 + 15);
}

static void scores_below_the_smallest_are_left_out(void **state)
{
    (void)state;
    (void)speak_at_anchor(0);
    assert_int_equal(fc_blazeface_decode(regressions, scores, 0.5, found), 1);
    assert_int_equal(fc_blazeface_decode(regressions, scores, 0.51, found), 0);
}

/* Damaged weights give such values; nothing behind the detector could bear them. */
static void values_that_no_face_has_are_left_out(void **state)
{
    (void)state;
    static const struct {
        int index;
        float value;
    } BAD[] = { { 0, NAN },  { 1, INFINITY }, { 2, 0 },      { 3, -5 },
                { 2, 1e9F }, { 9, NAN },      { 15, -1e30F } };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        speak_at_anchor(5)[BAD[i].index] = BAD[i].value;
        assert_int_equal(fc_blazeface_decode(regressions, scores, 0.5, found), 0);
    }
    (void)speak_at_anchor(NAN);
    assert_int_equal(fc_blazeface_decode(regressions, scores, 0.5, found), 0);
    (void)speak_at_anchor(INFINITY);
    assert_int_equal(fc_blazeface_decode(regressions, scores, 0.5, found), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_count_from_the_anchor),
        cmocka_unit_test(scores_below_the_smallest_are_left_out),
        cmocka_unit_test(values_that_no_face_has_are_left_out),
    };
    return cmocka_run_group_tests_name("models/blazeface", tests, NULL, NULL);
}
