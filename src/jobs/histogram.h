/** Histogram: counts how often values fell into each range. Any thread, without locks. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/** Upper bounds of the ranges, rising; a last range without bound follows. */
#define FC_HISTOGRAM_BOUNDS_MAX 16

typedef struct fc_histogram_bounds {
    const double *values;
    size_t count; /* 1..FC_HISTOGRAM_BOUNDS_MAX */
} fc_histogram_bounds;

/** Zero is empty. A sum of bytes is exact up to 9 PB and never wraps. */
typedef struct fc_histogram {
    _Atomic uint64_t ranges[FC_HISTOGRAM_BOUNDS_MAX + 1];
    _Atomic double sum;
} fc_histogram;

/** Seconds of a request or of a stage; shares of faces; bytes. */
extern const fc_histogram_bounds fc_bounds_seconds;
extern const fc_histogram_bounds fc_bounds_count;
extern const fc_histogram_bounds fc_bounds_bytes;
extern const fc_histogram_bounds fc_bounds_megapixels;

/** Count a value of 0 or more. */
void fc_histogram_add(fc_histogram *histogram, fc_histogram_bounds bounds, double value);

/** Number of values so far. */
uint64_t fc_histogram_count(const fc_histogram *histogram);
