#include "check/measure_functions.h"

#include <math.h>

#include "base/memory.h"
#include "support/drawn_face.h"
#include "support/fc_test.h"

static const uint8_t DARK[] = { 60, 60, 60 };

/* Every second column from `left` on is dark. */
static void paint_stripes(drawn_face *face, int32_t left, int32_t right)
{
    for (int32_t x = left; x < right; x += 2) {
        drawn_face_paint(face, x, x + 1, DARK);
    }
}

static fc_check_values measure(drawn_face *face)
{
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    ASSERT_OK(fc_measure_sharpness(drawn_face_crop(face), &values, &err), err);
    drawn_face_close(face);
    return values;
}

/* A blur over three columns leaves a third of each step. */
static void the_finest_stripes_lose_two_thirds(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    paint_stripes(&face, 0, FC_CHECK_WIDTH);
    assert_true(fabs(measure(&face).items[FC_MEASURE_sharpness] - 2.0 / 3) < 1e-3);
}

static void a_slope_loses_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    for (int32_t x = 0; x < FC_CHECK_WIDTH; x++) {
        drawn_face_paint(&face, x, x + 1, (const uint8_t[]){ (uint8_t)x, (uint8_t)x, (uint8_t)x });
    }
    const fc_check_values values = measure(&face);
    assert_true(values.known[FC_MEASURE_sharpness]);
    assert_true(fabs(values.items[FC_MEASURE_sharpness]) < 1e-3);
}

/* What is sharp behind it does not count. */
static void a_face_without_any_detail_tells_nothing(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    paint_stripes(&face, 0, 50);
    assert_false(measure(&face).known[FC_MEASURE_sharpness]);
}

static void measuring_survives_every_allocation_failure(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    paint_stripes(&face, 0, FC_CHECK_WIDTH);
    fc_error err = { 0 };
    fc_check_values values = { 0 };
    const fc_face_crop *crop = drawn_face_crop(&face);
    SWEEP_ALLOCATIONS(fc_measure_sharpness(crop, &values, &err),
                      !values.known[FC_MEASURE_sharpness]);
    assert_true(values.known[FC_MEASURE_sharpness]);
    drawn_face_close(&face);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_finest_stripes_lose_two_thirds),
        cmocka_unit_test(a_slope_loses_nothing),
        cmocka_unit_test(a_face_without_any_detail_tells_nothing),
        cmocka_unit_test(measuring_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("check/sharpness", tests, NULL, NULL);
}
