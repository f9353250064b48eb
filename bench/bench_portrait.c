/*
 * The whole way from the bytes of a JPEG to the bytes of the portrait, for photos of 0.5, 2 and
 * 12 MP on one thread: one JSON line a size, with the median of each stage and of the whole, and
 * the peak memory of a process that did nothing else. The photos are enlarged or reduced from
 * tests/data/official_portrait.jpg, so that anybody has the same. Run it in the repository's root.
 *
 * `decodings` is the yardstick for machines that differ: the whole way as a multiple of what only
 * decoding the same JPEG at full size takes, measured in the same process.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "ops/resample.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define RUNS 15
#define PHOTO_BYTES_MAX ((size_t)64 << 20)

typedef struct measured {
    double stage_ms[FC_STAGES_MAX][RUNS];
    double all_ms[RUNS];
    double cpu_ms[RUNS];
    double decode_ms[RUNS];
    long peak_mb;
    int run;
} measured;

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "bench_portrait: %s\n", err->text);
        exit(1);
    }
}

/* What this process has used of the processor: on a busy machine steadier than the clock. */
static double cpu_ms(void)
{
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* A JPEG of about that many megapixels. */
static void make_photo(double megapixels, fc_buffer *out)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(PHOTO, PHOTO_BYTES_MAX, &file, &err), &err);
    const fc_decode_limits limits = { ~0U, 100000000, (int64_t)1 << 30 };
    fc_photo_facts facts = { 0 };
    check(fc_decode_probe(fc_buffer_bytes(&file), &limits, &facts, &err), &err);
    const fc_decode_request request = { .shrink = 1 };
    FC_AUTO(fc_raster) raster = NULL;
    check(fc_decode(fc_buffer_bytes(&file), &facts, &request, &raster, &err), &err);

    const double scale = sqrt(megapixels * 1e6 / ((double)facts.size.width * facts.size.height));
    const fc_size size = { (int32_t)(facts.size.width * scale),
                           (int32_t)(facts.size.height * scale) };
    const fc_box all = { 0, 0, facts.size.width, facts.size.height };
    FC_AUTO(fc_image) picture = NULL;
    check(fc_resample(raster->pixels, all, size, &picture, &err), &err);
    int32_t quality = 0;
    *out = FC_BUFFER(PHOTO_BYTES_MAX);
    /* As a camera would: about 3 bits a pixel. */
    check(fc_encode_jpeg(picture, (size_t)(megapixels * 1e6 * 3 / 8), out, &quality, &err), &err);
    fc_buffer_clear(&file);
}

static fc_status note_times(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                            fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    measured *to = context;
    for (size_t i = 0; i < fc_stages_count; i++) {
        to->stage_ms[i][to->run] =
            (double)(portrait->reports[i].time_us + portrait->photo->reports[i].time_us) / 1000;
    }
    return FC_OK;
}

static int by_size(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double values[RUNS])
{
    qsort(values, RUNS, sizeof values[0], by_size);
    return values[RUNS / 2];
}

/* The yardstick: all pixels of the photo, and nothing else. */
static double decode_whole(fc_bytes file)
{
    fc_error err = { 0 };
    const fc_decode_limits limits = { ~0U, 100000000, (int64_t)1 << 30 };
    const fc_decode_request request = { .shrink = 1 };
    fc_photo_facts facts = { 0 };
    FC_AUTO(fc_raster) raster = NULL;
    const double start_cpu_ms = cpu_ms();
    check(fc_decode_probe(file, &limits, &facts, &err), &err);
    check(fc_decode(file, &facts, &request, &raster, &err), &err);
    return cpu_ms() - start_cpu_ms;
}

static void print_result(double megapixels, measured *result)
{
    (void)printf("{\"name\": \"portrait/%gMP\", \"runs\": %d", megapixels, RUNS);
    for (size_t i = 0; i < fc_stages_count; i++) {
        (void)printf(", \"%s_ms\": %.2f", fc_stages[i].name, median(result->stage_ms[i]));
    }
    const double middle = median(result->all_ms);
    const double cpu = median(result->cpu_ms);
    (void)printf(", \"median_ms\": %.1f, \"least_ms\": %.1f, \"cpu_ms\": %.1f", middle,
                 result->all_ms[0], cpu);
    (void)printf(", \"decodings\": %.1f, \"peak_mb\": %ld}\n", cpu / median(result->decode_ms),
                 result->peak_mb);
}

static void run_size(double megapixels, fc_bytes photo_file)
{
    fc_error err = { 0 };
    fc_settings settings = fc_settings_default();
    settings.threads = 1;
    FC_AUTO(fc_engine) engine = NULL;
    check(fc_engine_new(&settings, &engine, &err), &err);
    static measured result;
    for (int i = -2; i < RUNS; i++) { /* two runs to warm up */
        fc_photo photo = { .params = fc_params_default(),
                           .outputs = FC_OUTPUT_PNG | FC_OUTPUT_JPEG };
        result.run = i < 0 ? 0 : i;
        const int64_t start_us = fc_clock_us();
        const double start_cpu_ms = cpu_ms();
        check(fc_engine_process(engine, &photo, photo_file, NULL, note_times, &result, &err), &err);
        result.all_ms[result.run] = (double)(fc_clock_us() - start_us) / 1000;
        result.cpu_ms[result.run] = cpu_ms() - start_cpu_ms;
        fc_photo_clear(&photo);
    }
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage); /* before the yardstick needs memory */
    result.peak_mb = usage.ru_maxrss / 1024;
    for (int i = 0; i < RUNS; i++) {
        result.decode_ms[i] = decode_whole(photo_file);
    }
    print_result(megapixels, &result);
}

/* Made in a process of its own too, so that it does not count as the portrait's memory. */
static void in_child(void (*work)(double megapixels, const char *path), double megapixels,
                     const char *path)
{
    (void)fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        work(megapixels, path);
        exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        exit(1);
    }
}

static void write_photo(double megapixels, const char *path)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    make_photo(megapixels, &file);
    check(fc_file_write(path, fc_buffer_bytes(&file), &err), &err);
    fc_buffer_clear(&file);
}

static void measure_photo(double megapixels, const char *path)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(path, PHOTO_BYTES_MAX, &file, &err), &err);
    run_size(megapixels, fc_buffer_bytes(&file));
    fc_buffer_clear(&file);
}

int main(void)
{
    static const double SIZES[] = { 0.5, 2, 12 };
    fc_memory_start();
    char path[] = "/tmp/bench_portrait.XXXXXX";
    const int descriptor = mkstemp(path);
    if (descriptor < 0) {
        return 1;
    }
    (void)close(descriptor);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        in_child(write_photo, SIZES[i], path);
        in_child(measure_photo, SIZES[i], path);
    }
    (void)unlink(path);
    return 0;
}
