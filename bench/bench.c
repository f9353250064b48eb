#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define RUNS_MIN 7
#define RUNS_MAX 301
#define ENOUGH_US 1000000

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(const fc_bench *bench)
{
    int64_t times[RUNS_MAX] = { 0 };
    int64_t total = 0;
    size_t runs = 0;
    bench->run(bench->context); /* caches, pages and branch predictors warm up */
    while (runs < RUNS_MAX && (runs < RUNS_MIN || total < ENOUGH_US)) {
        const int64_t start = fc_clock_us();
        bench->run(bench->context);
        times[runs] = fc_clock_us() - start;
        total += times[runs++];
    }
    qsort(times, runs, sizeof times[0], by_size);
    printf("{\"name\": \"%s\", \"median_us\": %" PRId64 ", \"p10_us\": %" PRId64
           ", \"p90_us\": %" PRId64 ", \"runs\": %zu}\n",
           bench->name, times[runs / 2], times[runs / 10], times[runs * 9 / 10], runs);
    (void)fflush(stdout);
}

int fc_bench_main(int argc, char **argv, const fc_bench *benches, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (argc < 2 || strstr(benches[i].name, argv[1]) != NULL) {
            measure(&benches[i]);
        }
    }
    return EXIT_SUCCESS;
}
