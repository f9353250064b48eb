#include "jobs/histogram.h"

#include "base/assert.h"

#define BOUNDS(array)                                                                              \
    {                                                                                              \
        array, sizeof(array) / sizeof((array)[0])                                                  \
    }

/* The OpenTelemetry bounds for requests, with three more for slow ones. */
static const double SECONDS[] = { 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5,
                                  0.75,  1,    2.5,   5,    10,    15,  30,   60 };
static const double COUNTS[] = { 0, 1, 2, 3, 5, 10, 20, 50, 100, 1000 };
static const double BYTES[] = { 1e3, 1e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8 };
static const double MEGAPIXELS[] = { 0.3, 1, 2, 5, 8, 12, 24, 50, 100 };

const fc_histogram_bounds fc_bounds_seconds = BOUNDS(SECONDS);
const fc_histogram_bounds fc_bounds_count = BOUNDS(COUNTS);
const fc_histogram_bounds fc_bounds_bytes = BOUNDS(BYTES);
const fc_histogram_bounds fc_bounds_megapixels = BOUNDS(MEGAPIXELS);

_Static_assert(sizeof SECONDS / sizeof SECONDS[0] <= FC_HISTOGRAM_BOUNDS_MAX, "too many bounds");

void fc_histogram_add(fc_histogram *histogram, fc_histogram_bounds bounds, double value)
{
    FC_ASSERT(histogram != NULL);
    FC_ASSERT(value >= 0);

    size_t range = 0;
    while (range < bounds.count && value > bounds.values[range]) {
        range++;
    }
    (void)atomic_fetch_add_explicit(&histogram->ranges[range], 1, memory_order_relaxed);
    double sum = atomic_load_explicit(&histogram->sum, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&histogram->sum, &sum, sum + value,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

uint64_t fc_histogram_count(const fc_histogram *histogram)
{
    FC_ASSERT(histogram != NULL);
    uint64_t count = 0;
    for (size_t i = 0; i <= FC_HISTOGRAM_BOUNDS_MAX; i++) {
        count += atomic_load_explicit(&histogram->ranges[i], memory_order_relaxed);
    }
    return count;
}
