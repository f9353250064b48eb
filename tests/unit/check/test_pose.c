#include "check/measure_functions.h"

#include <math.h>

#include "support/drawn_face.h"
#include "support/fc_test.h"

/* Points of the mesh are float. */
static bool near(double a, double b)
{
    return fabs(a - b) < 1e-3;
}

/* A head that is turned: the depth of each point grows with its place. */
static void turn(drawn_face *face, double by_x, double by_y)
{
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        fc_mesh_point *point = &face->mesh[i];
        point->z += (float)(by_x * ((double)point->x - DRAWN_MIDDLE_X) +
                            by_y * ((double)point->y - DRAWN_EYES_Y));
    }
}

static double tangent(double degrees)
{
    return tan(degrees * M_PI / 180);
}

static fc_check_values measure(drawn_face *face)
{
    fc_check_values values = { 0 };
    fc_measure_pose(drawn_face_crop(face), &values);
    drawn_face_close(face);
    return values;
}

static void a_face_that_looks_ahead_is_turned_by_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_check_values values = measure(&face);
    assert_true(near(values.items[FC_MEASURE_roll], 0));
    assert_true(near(values.items[FC_MEASURE_yaw], 0));
    assert_true(near(values.items[FC_MEASURE_pitch], 0));
}

static void a_head_turned_to_the_side_has_yaw_alone(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    turn(&face, tangent(20), 0);
    const fc_check_values values = measure(&face);
    assert_true(near(values.items[FC_MEASURE_yaw], 20));
    assert_true(near(values.items[FC_MEASURE_roll], 0));
    assert_true(near(values.items[FC_MEASURE_pitch], 0));
}

/* A level head measures 9 degrees. */
static void a_chin_further_from_the_camera_is_pitch_below_zero(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    turn(&face, 0, tangent(9 + 10) - tangent(9));
    const fc_check_values values = measure(&face);
    assert_true(near(values.items[FC_MEASURE_pitch], -10));
    assert_true(near(values.items[FC_MEASURE_yaw], 0));
}

/* That of the crop in the photo, and what is left of it in the crop. */
static void roll_is_that_of_the_photo(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    face.input.to_photo = (fc_similarity){ cos(0.2), sin(0.2), 0, 0 };
    for (int i = 0; i < FC_FACE_MESH_POINTS; i++) {
        face.mesh[i].y += (float)(tan(0.1) * ((double)face.mesh[i].x - DRAWN_MIDDLE_X));
    }
    const fc_check_values values = measure(&face);
    assert_true(near(values.items[FC_MEASURE_roll], 0.3 * 180 / M_PI));
}

static void points_that_are_no_numbers_tell_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    fc_check_values values = { 0 };
    (void)drawn_face_crop(&face);
    face.crop->mesh[33].z = NAN;
    face.crop->mesh[152].z = NAN;
    fc_measure_pose(face.crop, &values);
    assert_true(values.known[FC_MEASURE_roll]);
    assert_false(values.known[FC_MEASURE_yaw]);
    assert_false(values.known[FC_MEASURE_pitch]);
    drawn_face_close(&face);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_that_looks_ahead_is_turned_by_nothing),
        cmocka_unit_test(a_head_turned_to_the_side_has_yaw_alone),
        cmocka_unit_test(a_chin_further_from_the_camera_is_pitch_below_zero),
        cmocka_unit_test(roll_is_that_of_the_photo),
        cmocka_unit_test(points_that_are_no_numbers_tell_nothing),
    };
    return cmocka_run_group_tests_name("check/pose", tests, NULL, NULL);
}
