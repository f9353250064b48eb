#include "check/measure_functions.h"

#include <math.h>

#include "support/drawn_face.h"
#include "support/fc_test.h"

static fc_check_values measure(drawn_face *face)
{
    fc_check_values values = { 0 };
    fc_measure_colour(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

static void skin_has_colour_and_no_cast(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_colour_cast] == 0);
    assert_true(values.items[FC_MEASURE_colour] > 10);
}

static void a_grey_face_has_no_colour(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, FC_CHECK_WIDTH, (const uint8_t[]){ 120, 120, 120 });
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_colour] < 0.1);
    assert_true(fabs(values.items[FC_MEASURE_colour_cast] - hypot(5, 5)) < 0.1);
}

static void a_blue_face_has_a_cast(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, FC_CHECK_WIDTH, (const uint8_t[]){ 120, 150, 200 });
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_colour_cast] > 20);
    assert_true(values.items[FC_MEASURE_colour] > 10);
}

static void only_the_cheeks_are_asked(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, 75, (const uint8_t[]){ 0, 0, 255 });
    drawn_face_paint(&face, 110, 146, (const uint8_t[]){ 0, 255, 0 });
    assert_true(measure(&face).items[FC_MEASURE_colour_cast] == 0);
}

/* The nearest pixel stands for them. */
static void cheeks_outside_of_the_crop_still_have_a_colour(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.mesh[50] = face.mesh[280] = (fc_mesh_point){ -900, 900, 0 };
    const fc_check_values values = measure(&face);
    assert_true(values.known[FC_MEASURE_colour]);
    assert_true(values.items[FC_MEASURE_colour] > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skin_has_colour_and_no_cast),
        cmocka_unit_test(a_grey_face_has_no_colour),
        cmocka_unit_test(a_blue_face_has_a_cast),
        cmocka_unit_test(only_the_cheeks_are_asked),
        cmocka_unit_test(cheeks_outside_of_the_crop_still_have_a_colour),
    };
    return cmocka_run_group_tests_name("check/colour", tests, NULL, NULL);
}
