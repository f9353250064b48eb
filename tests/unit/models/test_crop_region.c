#include "models/crop_region.h"

#include <math.h>

#include "support/fc_test.h"

static const fc_size PICTURE = { 90, 60 };

static void a_region_is_cut_to_the_picture(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_box cut = { 0 };
    ASSERT_OK(fc_crop_region((fc_box){ -10.5, 20, 400, 1e9 }, PICTURE, &cut, &err), err);
    assert_true(cut.x == 0.0 && cut.y == 20.0 && cut.width == 90.0 && cut.height == 40.0);
}

static void a_region_outside_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_box cut = { 1, 2, 3, 4 };
    const fc_box regions[] = {
        { 90, 0, 10, 10 }, { 0, -20, 50, 20 }, { 5, 5, 0.5, 10 }, { NAN, 0, 10, 10 }
    };
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_crop_region(regions[i], PICTURE, &cut, &err), err);
    }
    assert_true(cut.x == 1 && cut.height == 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_is_cut_to_the_picture),
        cmocka_unit_test(a_region_outside_is_refused),
    };
    return cmocka_run_group_tests_name("models/crop_region", tests, NULL, NULL);
}
