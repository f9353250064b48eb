#include "check/measure_functions.h"

#include <math.h>
#include <string.h>

#include "support/drawn_face.h"
#include "support/fc_test.h"

static const uint8_t BLACK[3];
static const uint8_t GREY[] = { 128, 128, 128 };
static const uint8_t WHITE[] = { 255, 255, 255 };

static fc_check_values measure(drawn_face *face)
{
    fc_check_values values = { 0 };
    fc_measure_light(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

static void an_even_face_has_one_brightness(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, FC_CHECK_WIDTH, GREY);
    const fc_check_values values = measure(&face);
    assert_true(fabs(values.items[FC_MEASURE_brightness] - 0.2159) < 1e-3);
    assert_true(values.items[FC_MEASURE_highlights] == 0);
    assert_true(values.items[FC_MEASURE_shadows] == 0);
    assert_true(values.items[FC_MEASURE_dynamic_range] == 0);
    assert_true(fabs(values.items[FC_MEASURE_side_light] - 1) < 1e-6);
}

/* In the channel where they differ most. Two levels, in half of the face each: one bit. */
static void light_from_one_side_is_the_darker_cheek_by_the_brighter_one(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, DRAWN_MIDDLE_X, (const uint8_t[]){ 60, 120, 180 });
    drawn_face_paint(&face, DRAWN_MIDDLE_X, FC_CHECK_WIDTH, (const uint8_t[]){ 200, 200, 200 });
    const fc_check_values values = measure(&face);
    assert_true(fabs(values.items[FC_MEASURE_side_light] - 60.0 / 200) < 1e-3);
    assert_true(fabs(values.items[FC_MEASURE_dynamic_range] - 1) < 0.01);
}

static void a_burnt_face_is_all_highlights(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, FC_CHECK_WIDTH, WHITE);
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_highlights] == 1);
    assert_true(values.items[FC_MEASURE_shadows] == 0);
}

static void dark_eyes_are_no_shadow(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_dot(&face, (fc_point){ 96, DRAWN_EYES_Y }, 3, BLACK);
    drawn_face_dot(&face, (fc_point){ 90, 175 }, 2, WHITE);
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_shadows] == 0);
    assert_true(values.items[FC_MEASURE_highlights] > 0);
    drawn_face_open(&face);
    drawn_face_dot(&face, (fc_point){ 90, 175 }, 3, BLACK);
    assert_true(measure(&face).items[FC_MEASURE_shadows] > 0);
}

static void a_black_face_has_no_side_light_to_tell_of(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 0, FC_CHECK_WIDTH, BLACK);
    const fc_check_values values = measure(&face);
    assert_true(values.items[FC_MEASURE_shadows] == 1);
    assert_false(values.known[FC_MEASURE_side_light]);
}

static void a_face_outside_of_the_photo_tells_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    memset(face.coverage->data, 0, fc_plane_bytes(face.coverage));
    const fc_check_values values = measure(&face);
    assert_false(values.known[FC_MEASURE_brightness]);
    assert_false(values.known[FC_MEASURE_shadows]);
    assert_false(values.known[FC_MEASURE_side_light]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_face_has_one_brightness),
        cmocka_unit_test(light_from_one_side_is_the_darker_cheek_by_the_brighter_one),
        cmocka_unit_test(a_burnt_face_is_all_highlights),
        cmocka_unit_test(dark_eyes_are_no_shadow),
        cmocka_unit_test(a_black_face_has_no_side_light_to_tell_of),
        cmocka_unit_test(a_face_outside_of_the_photo_tells_nothing),
    };
    return cmocka_run_group_tests_name("check/light", tests, NULL, NULL);
}
