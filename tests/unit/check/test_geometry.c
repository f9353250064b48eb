#include "check/measure_functions.h"

#include <math.h>
#include <string.h>

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
    fc_measure_geometry(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

/* One that is hardly seen is none. */
static void a_second_face_counts_by_its_share_of_the_first(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    assert_true(measure(&face).items[FC_MEASURE_single_face] == 0);
    drawn_face_open(&face);
    face.faces.count = 3;
    face.faces.items[1] = (fc_face){ .dlib_box = { 0, 0, 64, 80 }, .score = 0.5 };
    face.faces.items[2] = (fc_face){ .dlib_box = { 0, 0, 128, 160 }, .score = 0.4 };
    assert_true(near(measure(&face).items[FC_MEASURE_single_face], 1.0 / 16));
}

static void eyes_are_apart_by_px_of_the_photo_as_if_seen_from_the_front(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.to_photo.a = 2;
    fc_check_values values = { .items[FC_MEASURE_yaw] = 60 };
    fc_measure_geometry(drawn_face_crop(&face), &values);
    assert_true(near(values.items[FC_MEASURE_eye_distance], 2 * FC_CHECK_EYES / 0.5));
    drawn_face_close(&face);
}

static void a_face_is_off_the_middle_by_its_share_of_the_width(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    assert_true(near(measure(&face).items[FC_MEASURE_centring], 0));
    drawn_face_open(&face);
    face.input.to_photo.tx = -0.1 * FC_CHECK_WIDTH;
    assert_true(near(measure(&face).items[FC_MEASURE_centring], 0.1));
}

static void the_room_is_that_from_the_eyes_to_the_nearer_side(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.to_photo.tx = -0.25 * FC_CHECK_EYES;
    assert_true(near(measure(&face).items[FC_MEASURE_framing], 96.0 / FC_CHECK_EYES - 0.25));
}

static void a_person_whom_the_edge_cuts_off_does_not_pass(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.matte = face.matte;
    const double pass = fc_measure_lookup(FC_MEASURE_framing)->limits.pass_from;
    assert_true(measure(&face).items[FC_MEASURE_framing] < pass);
}

static void lengths_are_shares_of_the_height(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const double height = FC_CHECK_HEIGHT;
    const fc_check_values values = measure(&face);
    assert_true(near(values.eyes_to_chin, DRAWN_CHIN_DOWN / height));
    assert_true(near(values.items[FC_MEASURE_eye_line], 1 - DRAWN_EYES_Y / height));
    assert_int_equal(values.size.width, FC_CHECK_WIDTH);
}

static void a_head_begins_where_the_person_does(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    memset(face.matte->data, 0, 40 * FC_CHECK_WIDTH * sizeof(float));
    face.input.matte = face.matte;
    const double head = (DRAWN_CHIN_Y - 40.0) / FC_CHECK_HEIGHT;
    assert_true(near(measure(&face).items[FC_MEASURE_head_height], head));
}

/* Without a matte, and where the person reaches the upper edge. */
static void a_crown_that_is_not_seen_is_unknown(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    assert_false(measure(&face).known[FC_MEASURE_head_height]);
    drawn_face_open(&face);
    face.input.matte = face.matte;
    assert_false(measure(&face).known[FC_MEASURE_head_height]);
}

static void beside_a_face_without_a_box_no_second_one_is_told(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.faces.items[0].dlib_box = (fc_box){ 0, 0, 0, 0 };
    assert_false(measure(&face).known[FC_MEASURE_single_face]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_face_counts_by_its_share_of_the_first),
        cmocka_unit_test(eyes_are_apart_by_px_of_the_photo_as_if_seen_from_the_front),
        cmocka_unit_test(a_face_is_off_the_middle_by_its_share_of_the_width),
        cmocka_unit_test(the_room_is_that_from_the_eyes_to_the_nearer_side),
        cmocka_unit_test(a_person_whom_the_edge_cuts_off_does_not_pass),
        cmocka_unit_test(lengths_are_shares_of_the_height),
        cmocka_unit_test(a_head_begins_where_the_person_does),
        cmocka_unit_test(a_crown_that_is_not_seen_is_unknown),
        cmocka_unit_test(beside_a_face_without_a_box_no_second_one_is_told),
    };
    return cmocka_run_group_tests_name("check/geometry", tests, NULL, NULL);
}
