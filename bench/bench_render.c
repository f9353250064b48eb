/*
 * Portraits of a photo that was looked at once (engine/analysis.h): what a page waits for when
 * somebody moves a control. One JSON line a case with the least and the median time of the
 * processor, and how much of the portrait from the file that is, in the same run. Run it in the
 * repository's root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/analysis.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define PHOTO_BYTES_MAX ((size_t)64 << 20)
#define RUNS 15

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "bench_render: %s\n", err->text);
        exit(1);
    }
}

static double cpu_ms(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

/* Someone at a page, and what the next portrait is to be. */
typedef struct client {
    fc_engine *engine;
    fc_analysis *analysis; /* NULL: from the file */
    fc_bytes file;
    fc_params params;
    uint32_t outputs;
    int turn;
} client;

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

static void make(client *self)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = self->params, .outputs = self->outputs };
    check(self->analysis != NULL
              ? fc_analysis_render(self->analysis, &photo, NULL, drop, NULL, &err)
              : fc_engine_process(self->engine, &photo, self->file, NULL, drop, NULL, &err),
          &err);
    fc_photo_clear(&photo);
}

/* What changes from one portrait to the next. */
static void keep_all(client *self)
{
    (void)self;
}

static void change_background(client *self)
{
    self->params.background.red = (uint8_t)(16 * ++self->turn);
}

static void change_margin(client *self)
{
    self->params.face_margin = 0.2 + 0.01 * ++self->turn;
}

static int by_size(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

/* The least time; prints the case, as a share of `whole_ms` where that is known. */
static double measure(const char *name, client self, void (*change)(client *), double whole_ms)
{
    double times[RUNS];
    make(&self);
    for (int i = 0; i < RUNS; i++) {
        change(&self);
        const double start_ms = cpu_ms();
        make(&self);
        times[i] = cpu_ms() - start_ms;
    }
    qsort(times, RUNS, sizeof times[0], by_size);
    (void)printf("{\"name\": \"render/%s\", \"runs\": %d, \"least_cpu_ms\": %.1f, "
                 "\"median_cpu_ms\": %.1f, \"share\": %.2f}\n",
                 name, RUNS, times[0], times[RUNS / 2], whole_ms > 0 ? times[0] / whole_ms : 1.0);
    (void)fflush(stdout);
    return times[0];
}

static client at_half_size(client self)
{
    self.params.width /= 2;
    self.params.height /= 2;
    return self;
}

static client as(client self, uint32_t outputs)
{
    self.outputs = outputs;
    return self;
}

int main(void)
{
    fc_memory_start();
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(PHOTO, PHOTO_BYTES_MAX, &file, &err), &err);
    const fc_settings settings = fc_settings_default();
    client page = { .file = fc_buffer_bytes(&file),
                    .params = fc_params_default(),
                    .outputs = FC_OUTPUT_PNG };
    check(fc_engine_new(&settings, &page.engine, &err), &err);
    const double whole_ms = measure("from the file", page, keep_all, 0);

    fc_photo photo = { .params = page.params };
    check(fc_analysis_make(page.engine, &photo, page.file, NULL, drop, NULL, &page.analysis, &err),
          &err);
    (void)measure("background, png", page, change_background, whole_ms);
    (void)measure("background, jpg", as(page, FC_OUTPUT_JPEG), change_background, whole_ms);
    (void)measure("margin, png", page, change_margin, whole_ms);
    const client half = at_half_size(page);
    (void)measure("half size, background, png", half, change_background, whole_ms);
    (void)measure("half size, background, jpg", as(half, FC_OUTPUT_JPEG), change_background,
                  whole_ms);
    (void)measure("half size, margin, png", half, change_margin, whole_ms);
    (void)measure("half size, margin, jpg", as(half, FC_OUTPUT_JPEG), change_margin, whole_ms);
    fc_analysis_unref(page.analysis);
    fc_engine_free(page.engine);
    fc_buffer_clear(&file);
    return 0;
}
