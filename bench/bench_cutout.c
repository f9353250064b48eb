/*
 * People cut out of a whole photo of 12 MP, on one thread: one JSON line with the times of the
 * steps. `pixels_ms` is what a library that is handed pixels and gives pixels back would need;
 * `png_ms` and `jpeg_ms` are from the bytes of the JPEG to the bytes of the answer. Times are CPU
 * times, the least of all runs. The photo is enlarged from tests/data/official_portrait.jpg, so
 * that anybody has the same. Run it in the repository's root.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "ops/resample.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define MEGAPIXELS 12.0
#define RUNS 7
#define PHOTO_BYTES_MAX ((size_t)64 << 20)

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "bench_cutout: %s\n", err->text);
        exit(1);
    }
}

static double cpu_ms(void)
{
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static const fc_decode_limits LIMITS = { ~0U, 100000000, (int64_t)1 << 30 };

static fc_raster *decode(fc_bytes file)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    fc_raster *raster = NULL;
    const fc_decode_request request = { .shrink = 1 };
    check(fc_decode_probe(file, &LIMITS, &facts, &err), &err);
    check(fc_decode(file, &facts, &request, &raster, &err), &err);
    return raster;
}

/* A JPEG as a camera would write it: about 3 bits a pixel. */
static void make_photo(fc_buffer *out)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(PHOTO, PHOTO_BYTES_MAX, &file, &err), &err);
    FC_AUTO(fc_raster) raster = decode(fc_buffer_bytes(&file));
    const fc_size from = raster->pixels->size;
    const double scale = sqrt(MEGAPIXELS * 1e6 / ((double)from.width * from.height));
    const fc_size size = { (int32_t)(from.width * scale), (int32_t)(from.height * scale) };
    FC_AUTO(fc_image) picture = NULL;
    const fc_box all = { 0, 0, from.width, from.height };
    check(fc_resample(raster->pixels, all, size, &picture, &err), &err);
    int32_t quality = 0;
    *out = FC_BUFFER(PHOTO_BYTES_MAX);
    check(fc_encode_jpeg(picture, (size_t)(MEGAPIXELS * 1e6 * 3 / 8), out, &quality, &err), &err);
    fc_buffer_clear(&file);
}

static fc_status no_portraits(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                              fc_error *err)
{
    (void)context;
    (void)portrait;
    (void)number;
    (void)count;
    return fc_fail(err, FC_INVALID_ARGUMENT, "a portrait, where a cut-out was asked for");
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* From bytes to bytes: CPU time, the least of all runs. */
static double run(const fc_engine *engine, fc_bytes file, fc_cutout_format format,
                  fc_choice quality, size_t *size)
{
    double best = INFINITY;
    for (int i = 0; i < RUNS; i++) {
        fc_error err = { 0 };
        fc_photo photo = { .params = fc_params_default(),
                           .outputs = FC_OUTPUT_CUTOUT,
                           .plan = { .format = format } };
        photo.params.matte_quality = quality;
        const double start_ms = cpu_ms();
        check(fc_engine_process(engine, &photo, file, NULL, no_portraits, NULL, &err), &err);
        best = least(best, cpu_ms() - start_ms);
        *size = photo.cutout.file.size;
        fc_photo_clear(&photo);
    }
    return best;
}

static double decode_ms(fc_bytes file)
{
    double best = INFINITY;
    for (int i = 0; i < RUNS; i++) {
        const double start_ms = cpu_ms();
        fc_raster_free(decode(file));
        best = least(best, cpu_ms() - start_ms);
    }
    return best;
}

int main(void)
{
    fc_memory_start();
    fc_error err = { 0 };
    fc_buffer photo = { 0 };
    FC_AUTO(fc_engine) engine = NULL;
    const fc_settings settings = fc_settings_default();
    check(fc_engine_new(&settings, &engine, &err), &err);
    make_photo(&photo);
    const fc_bytes file = fc_buffer_bytes(&photo);
    size_t png = 0;
    size_t jpeg = 0;
    size_t fast = 0;
    const double png_ms = run(engine, file, FC_CUTOUT_PNG, FC_MATTE_FINE, &png);
    const double jpeg_ms = run(engine, file, FC_CUTOUT_JPEG, FC_MATTE_FINE, &jpeg);
    const double fast_ms = run(engine, file, FC_CUTOUT_JPEG, FC_MATTE_FAST, &fast);
    struct rusage usage = { 0 };
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("{\"name\": \"cutout/%gMP\", \"runs\": %d, \"decode_ms\": %.1f, \"png_ms\": %.1f, "
                 "\"png_kb\": %zu, \"jpeg_ms\": %.1f, \"jpeg_kb\": %zu, \"jpeg_fast_ms\": %.1f, "
                 "\"peak_mb\": %ld}\n",
                 MEGAPIXELS, RUNS, decode_ms(file), png_ms, png >> 10, jpeg_ms, jpeg >> 10, fast_ms,
                 usage.ru_maxrss / 1024);
    fc_buffer_clear(&photo);
    return 0;
}
