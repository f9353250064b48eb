/*
 * Memory that photos take besides the decoding of the file: what pipeline/estimate.h says, against
 * the peak of a process. One JSON line a case:
 *
 *   {"name": "canvas/1024/both", "peak_mb": 34.1, "estimate_mb": 45.0, "decoded_mb": 5.9}
 *
 * The peak is what the process has more, at its highest, than before the photo: the models stay and
 * do not count. Photos of other sizes are made from tests/data/official_portrait.jpg. Run it in the
 * repository's root; an argument picks the cases whose names contain it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "ops/resample.h"
#include "report/process_stats.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define PHOTO_BYTES_MAX ((size_t)256 << 20)
#define DECODED_MAX ((int64_t)8 << 30)

static const char *chosen = "";

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "bench_memory: %s\n", err->text);
        exit(1);
    }
}

/* A JPEG of about that many megapixels. */
static void make_photo(double megapixels, fc_buffer *out)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(PHOTO, PHOTO_BYTES_MAX, &file, &err), &err);
    const fc_decode_limits limits = { ~0U, 200000000, DECODED_MAX };
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
    check(fc_encode_jpeg(picture, (size_t)(megapixels * 1e6 * 3 / 8), out, &quality, &err), &err);
    fc_buffer_clear(&file);
}

/* The highest resident size since it was last written "5" to clear_refs. */
static int64_t peak_bytes(void)
{
    char line[256];
    long long kilobytes = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kilobytes = strtoll(line + 6, NULL, 10);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return kilobytes * 1024;
}

static void forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0) {
        (void)fprintf(stderr, "bench_memory: /proc/self/clear_refs cannot be written\n");
        exit(1);
    }
}

static fc_status drop(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)context;
    (void)portrait;
    (void)number;
    (void)count;
    (void)err;
    return FC_OK;
}

static void work(const fc_engine *engine, fc_bytes file, fc_photo *photo)
{
    fc_error err = { 0 };
    check(fc_engine_process(engine, photo, file, NULL, drop, NULL, &err), &err);
}

static void run(const fc_engine *engine, const char *name, fc_bytes file, const fc_photo *wanted)
{
    if (strstr(name, chosen) == NULL) {
        return;
    }
    fc_photo *photo = NULL;
    fc_error err = { 0 };
    check(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), &err);
    int64_t estimate = 0;
    *photo = *wanted;
    check(fc_engine_estimate(engine, photo, file, &estimate, &err), &err);
    fc_memory_trim();
    const int64_t before = fc_process_read().resident_bytes;
    forget_peak();
    work(engine, file, photo);
    const int64_t taken = peak_bytes() - before;
    (void)printf(
        "{\"name\": \"%s\", \"peak_mb\": %.1f, \"estimate_mb\": %.1f, \"decoded_mb\": %.1f}\n",
        name, (double)taken / 1048576, (double)estimate / 1048576,
        (double)photo->facts.decoded_bytes / 1048576);
    (void)fflush(stdout);
    fc_photo_clear(photo);
    fc_memory_free(photo);
}

typedef struct variant {
    const char *name;
    uint32_t outputs;
    int32_t enhance;
    int32_t quality;
    bool oval;
    const char *background; /* NULL: the usual one */
    bool check;
} variant;

/* A picture behind the person is the photo itself, once more. */
static void set_background(const char *text, fc_photo *photo, fc_bytes file)
{
    if (text != NULL && !fc_background_parse(text, &photo->params.background)) {
        (void)fprintf(stderr, "bench_memory: no background: %s\n", text);
        exit(1);
    }
    if (photo->params.background.kind == FC_BACKGROUND_PICTURE) {
        photo->plan.backdrop = file;
    }
}

static void run_canvases(const fc_engine *engine, const char *photo_name, fc_bytes file)
{
    static const variant VARIANTS[] = {
        { "both", FC_OUTPUT_PNG | FC_OUTPUT_JPEG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, NULL,
          false },
        { "strong", FC_OUTPUT_PNG | FC_OUTPUT_JPEG, FC_ENHANCE_STRONG, FC_MATTE_FINE, true, NULL,
          false },
        { "png", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, NULL, false },
        { "jpeg", FC_OUTPUT_JPEG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, NULL, false },
        { "webp", FC_OUTPUT_WEBP, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, NULL, false },
        { "plain", FC_OUTPUT_JPEG, FC_ENHANCE_OFF, FC_MATTE_FAST, false, NULL, false },
        { "matte", FC_OUTPUT_MATTE | FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, NULL,
          false },
        { "keep", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, "keep", false },
        { "blur", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, "blur:100", false },
        { "blur_webp", FC_OUTPUT_WEBP, FC_ENHANCE_STRONG, FC_MATTE_FINE, true, "blur:100", false },
        { "gradient", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, "radial:#fff,#888",
          false },
        { "picture", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, "picture", false },
        { "check", FC_OUTPUT_PNG, FC_ENHANCE_NATURAL, FC_MATTE_FINE, true, "white", true },
    };
    static const int32_t SIDES[] = { 256, 648, 1024, 2048, 3072, 4096 };
    for (size_t v = 0; v < sizeof VARIANTS / sizeof VARIANTS[0]; v++) {
        for (size_t s = 0; s < sizeof SIDES / sizeof SIDES[0]; s++) {
            fc_photo *photo = NULL;
            fc_error err = { 0 };
            check(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), &err);
            photo->params = fc_params_default();
            photo->params.width = photo->params.height = SIDES[s];
            photo->params.max_jpeg_kb = 32768;
            photo->params.enhance_photo = VARIANTS[v].enhance;
            photo->params.matte_quality = VARIANTS[v].quality;
            photo->params.use_oval_mask = VARIANTS[v].oval;
            photo->params.check = VARIANTS[v].check;
            set_background(VARIANTS[v].background, photo, file);
            photo->outputs = VARIANTS[v].outputs;
            char name[96];
            (void)snprintf(name, sizeof name, "%s/%d/%s", photo_name, SIDES[s], VARIANTS[v].name);
            run(engine, name, file, photo);
            fc_memory_free(photo);
        }
    }
}

static void run_cutouts(const fc_engine *engine, const char *photo_name, fc_bytes file)
{
    static const struct {
        const char *name;
        fc_cutout_plan plan;
    } PLANS[] = {
        { "png", { .format = FC_CUTOUT_PNG } },
        { "jpeg", { .format = FC_CUTOUT_JPEG } },
        { "webp", { .format = FC_CUTOUT_WEBP } },
        { "pair", { .format = FC_CUTOUT_PAIR } },
        { "scaled", { .format = FC_CUTOUT_PNG, .scale = 1.0 } },
        { "preview", { .format = FC_CUTOUT_PNG, .pixels_max = 250000 } },
    };
    for (size_t p = 0; p < sizeof PLANS / sizeof PLANS[0]; p++) {
        fc_photo *photo = NULL;
        fc_error err = { 0 };
        check(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, &err), &err);
        photo->params = fc_params_default();
        photo->outputs = FC_OUTPUT_CUTOUT;
        photo->plan = PLANS[p].plan;
        char name[96];
        (void)snprintf(name, sizeof name, "%s/cutout/%s", photo_name, PLANS[p].name);
        run(engine, name, file, photo);
        fc_memory_free(photo);
    }
}

int main(int argc, char **argv)
{
    static const double SIZES[] = { 0.25, 1, 4, 12, 48 };
    chosen = argc > 1 ? argv[1] : "";
    fc_memory_start();
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    settings.threads = argc > 2 ? atoi(argv[2]) : 0;
    settings.max_decoded_mb = 16384;
    fc_error err = { 0 };
    FC_AUTO(fc_engine) engine = NULL;
    check(fc_engine_new(&settings, &engine, &err), &err);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        fc_buffer file = { 0 };
        char name[32];
        make_photo(SIZES[i], &file);
        (void)snprintf(name, sizeof name, "%gMP", SIZES[i]);
        run_canvases(engine, name, fc_buffer_bytes(&file));
        run_cutouts(engine, name, fc_buffer_bytes(&file));
        fc_buffer_clear(&file);
    }
    return 0;
}
