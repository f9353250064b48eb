#include "app/histogram.h"

#include "support/fc_test.h"

static void a_value_falls_into_the_first_range_that_holds_it(void **state)
{
    (void)state;
    static const double BOUNDS[] = { 1, 2.5 };
    const fc_histogram_bounds bounds = { BOUNDS, 2 };
    fc_histogram histogram = { 0 };
    static const double VALUES[] = { 0, 1, 1.000001, 2.5, 3, 1e9 };
    for (size_t i = 0; i < sizeof VALUES / sizeof VALUES[0]; i++) {
        fc_histogram_add(&histogram, bounds, VALUES[i]);
    }
    assert_int_equal(atomic_load(&histogram.ranges[0]), 2);
    assert_int_equal(atomic_load(&histogram.ranges[1]), 2);
    assert_int_equal(atomic_load(&histogram.ranges[2]), 2);
    assert_int_equal(fc_histogram_count(&histogram), 6);
    assert_int_equal(atomic_load(&histogram.sum_millionths), INT64_C(1000000007500001));
}

static void all_bounds_rise(void **state)
{
    (void)state;
    const fc_histogram_bounds all[] = { fc_bounds_seconds, fc_bounds_count, fc_bounds_bytes,
                                        fc_bounds_megapixels };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_in_range(all[i].count, 1, FC_HISTOGRAM_BOUNDS_MAX);
        for (size_t k = 1; k < all[i].count; k++) {
            assert_true(all[i].values[k] > all[i].values[k - 1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_falls_into_the_first_range_that_holds_it),
        cmocka_unit_test(all_bounds_rise),
    };
    return cmocka_run_group_tests_name("app/histogram", tests, NULL, NULL);
}
