/**
 * Benchmarks: each case runs until its time is known, and prints one line of JSON.
 *
 *   {"name": "resample/4000x3000", "median_us": 5120, "p10_us": 5010, "p90_us": 5630, "runs": 97}
 *
 * An argument picks the cases whose names contain it.
 */
#pragma once

#include <stddef.h>

typedef struct fc_bench {
    const char *name;
    void (*run)(void *context); /* does the work once; aborts when it fails */
    void *context;
} fc_bench;

/** Run the cases. Returns the exit code of the program. */
int fc_bench_main(int argc, char **argv, const fc_bench *benches, size_t count);
