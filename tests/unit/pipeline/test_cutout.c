#include "pipeline/cutout.h"

#include "support/fc_test.h"

static void size_keeps_the_shape_and_stays_within_the_limit(void **state)
{
    (void)state;
    const fc_size photo = { 4000, 3000 };
    const fc_size small = fc_cutout_size(photo, 250000);
    assert_int_equal(small.width, 577);
    assert_int_equal(small.height, 433);
    assert_true((int64_t)small.width * small.height <= 250000);
}

static void a_photo_is_never_enlarged(void **state)
{
    (void)state;
    const fc_size same = fc_cutout_size((fc_size){ 30, 20 }, 250000);
    assert_int_equal(same.width, 30);
    assert_int_equal(fc_cutout_size((fc_size){ 9000, 20 }, 0).width, 9000);
}

static void no_side_vanishes(void **state)
{
    (void)state;
    const fc_size line = fc_cutout_size((fc_size){ 60000, 1 }, 100);
    assert_int_equal(line.height, 1);
    assert_true(line.width >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_keeps_the_shape_and_stays_within_the_limit),
        cmocka_unit_test(a_photo_is_never_enlarged),
        cmocka_unit_test(no_side_vanishes),
    };
    return cmocka_run_group_tests_name("pipeline/cutout", tests, NULL, NULL);
}
