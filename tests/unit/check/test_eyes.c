#include "check/measure_functions.h"

#include <math.h>

#include "base/memory.h"
#include "support/drawn_face.h"
#include "support/fc_test.h"
#include "support/network.h"

static const uint8_t BLACK[3];
static const uint8_t BROWN[] = { 110, 70, 50 };
static const uint8_t RED[] = { 200, 40, 40 };
static const uint8_t WHITE[] = { 255, 255, 255 };

static const fc_point LEFT_EYE = { 96, DRAWN_EYES_Y };
static const fc_point RIGHT_EYE = { 160, DRAWN_EYES_Y };

static fc_iris_model *model; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/iris_landmark.tflite");
    return file == NULL || fc_iris_model_new(fc_test_runtime, file->bytes, &model, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_iris_model_free(model);
    fc_test_network_close();
    return 0;
}

static void open_with_pupils(drawn_face *face, const uint8_t left[3], const uint8_t right[3])
{
    drawn_face_open(face);
    drawn_face_dot(face, LEFT_EYE, 5, left);
    drawn_face_dot(face, RIGHT_EYE, 5, right);
}

static fc_check_values measure(drawn_face *face)
{
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    ASSERT_OK(fc_measure_eyes(drawn_face_crop(face), &values, &err), err);
    drawn_face_close(face);
    return values;
}

static void eyes_are_open_by_the_gap_of_their_lids(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const double open = measure(&face).items[FC_MEASURE_eyes_open];
    assert_true(fabs(open - 8.0 / DRAWN_CHIN_DOWN) < 1e-3);
}

static void one_shut_eye_is_enough(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    static const uint16_t LIDS[] = { 386, 374, 385, 380, 387, 373 };
    for (size_t i = 0; i < sizeof LIDS / sizeof LIDS[0]; i++) {
        face.mesh[LIDS[i]].y = DRAWN_EYES_Y;
    }
    assert_true(measure(&face).items[FC_MEASURE_eyes_open] == 0);
}

static void dark_pupils_are_clear_and_missing_ones_are_not(void **state)
{
    (void)state;
    drawn_face face;
    open_with_pupils(&face, BLACK, BLACK);
    assert_true(measure(&face).items[FC_MEASURE_eyes_clear] == 0);
    open_with_pupils(&face, BLACK, drawn_skin);
    assert_true(measure(&face).items[FC_MEASURE_eyes_clear] > 0.4);
}

static void glare_on_one_eye_hides_it(void **state)
{
    (void)state;
    drawn_face face;
    open_with_pupils(&face, BLACK, BLACK);
    drawn_face_dot(&face, (fc_point){ 105, DRAWN_EYES_Y }, 4, WHITE);
    assert_true(measure(&face).items[FC_MEASURE_eyes_clear] > 0.05);
}

static void a_red_pupil_is_told_and_a_brown_one_is_not(void **state)
{
    (void)state;
    drawn_face face;
    open_with_pupils(&face, BROWN, BROWN);
    assert_true(measure(&face).items[FC_MEASURE_red_eye] == 0);
    open_with_pupils(&face, BROWN, RED);
    assert_true(measure(&face).items[FC_MEASURE_red_eye] == 1);
}

static void without_the_network_gaze_and_pupils_are_unknown(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_check_values values = measure(&face);
    assert_false(values.known[FC_MEASURE_gaze]);
    assert_false(values.known[FC_MEASURE_pupil_distance]);
}

static void measuring_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    drawn_face face;
    open_with_pupils(&face, BLACK, BLACK);
    face.input.iris = model;
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    const fc_face_crop *crop = drawn_face_crop(&face);
    SWEEP_ALLOCATIONS(fc_measure_eyes(crop, &values, &err), !values.known[FC_MEASURE_eyes_open]);
    assert_true(values.known[FC_MEASURE_gaze]);
    drawn_face_close(&face);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eyes_are_open_by_the_gap_of_their_lids),
        cmocka_unit_test(one_shut_eye_is_enough),
        cmocka_unit_test(dark_pupils_are_clear_and_missing_ones_are_not),
        cmocka_unit_test(glare_on_one_eye_hides_it),
        cmocka_unit_test(a_red_pupil_is_told_and_a_brown_one_is_not),
        cmocka_unit_test(without_the_network_gaze_and_pupils_are_unknown),
        cmocka_unit_test(measuring_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("check/eyes", tests, load, unload);
}
