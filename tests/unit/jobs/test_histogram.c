#include "jobs/histogram.h"

#include <math.h>
#include <pthread.h>

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
    assert_true(fabs(atomic_load(&histogram.sum) - 1000000007.500001) < 1e-6);
}

/* In millionths of a byte, 64 bits held 18.4 TB. */
static void sums_of_many_bytes_do_not_wrap(void **state)
{
    (void)state;
    fc_histogram histogram = { 0 };
    for (int i = 0; i < 2000; i++) {
        fc_histogram_add(&histogram, fc_bounds_bytes, 1e12 + 1);
    }
    assert_true(atomic_load(&histogram.sum) == 2000.0 * (1e12 + 1));
    fc_histogram_add(&histogram, fc_bounds_bytes, 1e300);
    assert_true(atomic_load(&histogram.sum) >= 1e300);
}

enum { THREADS = 4, ADDITIONS = 50000 };

static void *add_many(void *histogram)
{
    for (int i = 0; i < ADDITIONS; i++) {
        fc_histogram_add(histogram, fc_bounds_count, 3);
    }
    return NULL;
}

static void nothing_is_lost_when_many_add(void **state)
{
    (void)state;
    fc_histogram histogram = { 0 };
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &histogram), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(fc_histogram_count(&histogram), THREADS * ADDITIONS);
    assert_true(atomic_load(&histogram.sum) == 3.0 * THREADS * ADDITIONS);
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
        cmocka_unit_test(sums_of_many_bytes_do_not_wrap),
        cmocka_unit_test(nothing_is_lost_when_many_add),
        cmocka_unit_test(all_bounds_rise),
    };
    return cmocka_run_group_tests_name("jobs/histogram", tests, NULL, NULL);
}
