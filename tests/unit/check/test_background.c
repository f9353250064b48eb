#include "check/measure_functions.h"

#include <math.h>

#include "base/memory.h"
#include "support/drawn_face.h"
#include "support/fc_test.h"

static const uint8_t WALL[] = { 230, 230, 230 };

/* Columns of the person; the wall is on both sides of it. */
enum { LEFT = 64, RIGHT = 192 };

static void open_before(drawn_face *face, const uint8_t left[3], const uint8_t right[3])
{
    drawn_face_open(face);
    drawn_face_paint(face, 0, LEFT, left);
    drawn_face_paint(face, RIGHT, FC_CHECK_WIDTH, right);
    for (int32_t y = 0; y < FC_CHECK_HEIGHT; y++) {
        float *alpha = fc_plane_row(face->matte, y);
        for (int32_t x = 0; x < FC_CHECK_WIDTH; x++) {
            alpha[x] = x >= LEFT && x < RIGHT ? 1.0F : 0.0F;
        }
    }
    face->input.matte = face->matte;
}

static fc_lab lab_of(const uint8_t pixel[3])
{
    fc_srgb_table srgb;
    fc_srgb_table_init(&srgb);
    return fc_lab_from_linear(fc_srgb_decode(&srgb, pixel));
}

static fc_check_values measure(drawn_face *face)
{
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    ASSERT_OK(fc_measure_background(drawn_face_crop(face), &values, &err), err);
    drawn_face_close(face);
    return values;
}

static void a_plain_wall_is_told_with_its_colour(void **state)
{
    (void)state;
    drawn_face face;
    open_before(&face, WALL, WALL);
    const fc_check_values values = measure(&face);
    const fc_lab wall = lab_of(WALL);
    assert_true(values.known[FC_MEASURE_background]);
    assert_true(values.items[FC_MEASURE_background] < 1e-6);
    assert_true(fabs(values.background[0] - wall.lightness) < 1e-6);
    const double contrast = fc_lab_distance(lab_of(drawn_skin), wall);
    assert_true(fabs(values.items[FC_MEASURE_subject_contrast] - contrast) < 1e-6);
}

static void a_person_of_the_colour_of_the_wall_does_not_stand_out(void **state)
{
    (void)state;
    drawn_face face;
    open_before(&face, drawn_skin, drawn_skin);
    assert_true(measure(&face).items[FC_MEASURE_subject_contrast] < 1e-6);
}

/* In steps of 6 of the distance of colours. */
static void a_wall_of_two_colours_is_restless(void **state)
{
    (void)state;
    static const uint8_t OTHER[] = { 150, 150, 150 };
    drawn_face face;
    open_before(&face, WALL, OTHER);
    const double apart = fc_lab_distance(lab_of(WALL), lab_of(OTHER));
    assert_true(fabs(measure(&face).items[FC_MEASURE_background] - apart / 6) < 0.1);
}

/* By its texture: the colours alone would only warn. */
static void a_striped_wall_is_restless(void **state)
{
    (void)state;
    static const uint8_t OTHER[] = { 210, 210, 210 };
    drawn_face face;
    open_before(&face, WALL, WALL);
    for (int32_t x = 0; x < LEFT; x += 4) {
        drawn_face_paint(&face, x, x + 2, OTHER);
        drawn_face_paint(&face, RIGHT + x, RIGHT + x + 2, OTHER);
    }
    assert_true(measure(&face).items[FC_MEASURE_background] > 2);
}

/* A matte is all person to begin with. */
static void without_a_matte_or_a_wall_nothing_is_told(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    fc_check_values values = measure(&face);
    assert_false(values.known[FC_MEASURE_background]);
    drawn_face_open(&face);
    face.input.matte = face.matte;
    values = measure(&face);
    assert_false(values.known[FC_MEASURE_background]);
    assert_false(values.known[FC_MEASURE_subject_contrast]);
}

static void measuring_survives_every_allocation_failure(void **state)
{
    (void)state;
    drawn_face face;
    open_before(&face, WALL, WALL);
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    const fc_face_crop *crop = drawn_face_crop(&face);
    SWEEP_ALLOCATIONS(fc_measure_background(crop, &values, &err),
                      !values.known[FC_MEASURE_background]);
    assert_true(values.known[FC_MEASURE_background]);
    drawn_face_close(&face);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_wall_is_told_with_its_colour),
        cmocka_unit_test(a_person_of_the_colour_of_the_wall_does_not_stand_out),
        cmocka_unit_test(a_wall_of_two_colours_is_restless),
        cmocka_unit_test(a_striped_wall_is_restless),
        cmocka_unit_test(without_a_matte_or_a_wall_nothing_is_told),
        cmocka_unit_test(measuring_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("check/background", tests, NULL, NULL);
}
