#include "check/measure_functions.h"

#include <math.h>

#include "support/drawn_face.h"
#include "support/fc_test.h"

/* Points of the mesh are float. */
static bool near(double a, double b)
{
    return fabs(a - b) < 1e-3;
}

static fc_check_values measure(drawn_face *face)
{
    fc_check_values values = { 0 };
    fc_measure_mouth(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

static void a_closed_mouth_is_neutral(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_check_values values = measure(&face);
    assert_true(near(values.items[FC_MEASURE_mouth_closed], 0));
    assert_true(near(values.items[FC_MEASURE_neutral], 0));
}

static void a_mouth_is_open_by_the_widest_gap_of_the_inner_lips(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.mesh[87].y += DRAWN_CHIN_DOWN * 0.1F;
    face.mesh[14].y += DRAWN_CHIN_DOWN * 0.2F;
    assert_true(near(measure(&face).items[FC_MEASURE_mouth_closed], 0.2));
}

/* From the median width on, in its spreads. */
static void a_wide_mouth_smiles(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.mesh[61].x -= 0.1F * FC_CHECK_EYES;
    face.mesh[291].x += 0.1F * FC_CHECK_EYES;
    assert_true(near(measure(&face).items[FC_MEASURE_neutral], 0.2 / 0.08));
}

static void lifted_corners_smile_and_hanging_ones_do_not(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.mesh[61].y -= 0.12F * DRAWN_CHIN_DOWN;
    face.mesh[291].y -= 0.12F * DRAWN_CHIN_DOWN;
    assert_true(near(measure(&face).items[FC_MEASURE_neutral], (0.12 - 0.03) / 0.03));
    drawn_face_open(&face);
    face.mesh[61].y += 0.12F * DRAWN_CHIN_DOWN;
    face.mesh[291].y += 0.12F * DRAWN_CHIN_DOWN;
    assert_true(near(measure(&face).items[FC_MEASURE_neutral], 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_mouth_is_neutral),
        cmocka_unit_test(a_mouth_is_open_by_the_widest_gap_of_the_inner_lips),
        cmocka_unit_test(a_wide_mouth_smiles),
        cmocka_unit_test(lifted_corners_smile_and_hanging_ones_do_not),
    };
    return cmocka_run_group_tests_name("check/mouth", tests, NULL, NULL);
}
