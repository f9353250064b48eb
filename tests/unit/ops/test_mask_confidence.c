#include "ops/mask_confidence.h"

#include <math.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_size SIZE = { 40, 40 };
static const fc_box FACE = { 10, 10, 20, 20 };

static void assert_doubt(fc_mask_confidence doubt, double undecided, double face)
{
    assert_true(fabs(doubt.undecided - undecided) < 1e-6);
    assert_true(fabs(doubt.face - face) < 1e-6);
}

static const fc_box ALL = { 0, 0, 40, 40 };

static void a_decided_mask_is_beyond_doubt(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte(SIZE, 1.0F);
    assert_doubt(fc_mask_confidence_measure(mask, ALL, FACE), 0.0, 1.0);
}

static void a_mask_half_way_is_all_doubt(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte(SIZE, 0.5F);
    assert_doubt(fc_mask_confidence_measure(mask, ALL, FACE), 1.0, 0.5);
}

/* The face's middle is rows and columns 15..24: half of them are person here. */
static void the_middle_of_the_face_counts(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte(SIZE, 0.0F);
    for (int32_t y = 0; y < 20; y++) {
        for (int32_t x = 0; x < 40; x++) {
            fc_plane_row(mask, y)[x] = 1.0F;
        }
    }
    assert_doubt(fc_mask_confidence_measure(mask, ALL, FACE), 0.0, 0.5);
}

static void what_lies_outside_the_window_does_not_count(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte(SIZE, 1.0F);
    for (int32_t x = 0; x < 40; x++) {
        fc_plane_row(mask, 0)[x] = 0.5F;
    }
    assert_doubt(fc_mask_confidence_measure(mask, ALL, FACE), 1.0 / 40, 1.0);
    assert_doubt(fc_mask_confidence_measure(mask, (fc_box){ -5, 1, 90, 90 }, FACE), 0.0, 1.0);
}

static void without_anything_to_measure_there_is_no_doubt(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) mask = fc_test_matte(SIZE, 0.5F);
    const fc_box outside = { -90, 50, 20, 20 };
    assert_doubt(fc_mask_confidence_measure(mask, outside, outside), 0.0, 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decided_mask_is_beyond_doubt),
        cmocka_unit_test(a_mask_half_way_is_all_doubt),
        cmocka_unit_test(the_middle_of_the_face_counts),
        cmocka_unit_test(what_lies_outside_the_window_does_not_count),
        cmocka_unit_test(without_anything_to_measure_there_is_no_doubt),
    };
    return cmocka_run_group_tests_name("ops/mask_confidence", tests, NULL, NULL);
}
