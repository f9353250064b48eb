/* A program that has nothing of Facecraft but libfacecraft: it makes a portrait, and hears of what
 * goes wrong without a line on its standard error. */
#define _GNU_SOURCE /* memfd_create */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/runtime_plan.h"

#define PHOTO "tests/data/official_portrait.jpg"
#define SKIPPED 77
#define WIDTH 240

typedef struct heard {
    int portraits;
    uint32_t width;
    bool png;
} heard;

static int failures;

static void check(bool holds, const char *what)
{
    if (!holds) {
        (void)printf("FAILED: %s\n", what);
        failures++;
    }
}

static void listen(fc_log_level level, const char *message, const fc_log_pair *pairs, size_t count)
{
    (void)pairs;
    (void)printf("log, level %d: %s (%zu values)\n", (int)level, message, count);
}

static void tell_fatal(const char *condition, const char *file, int line)
{
    (void)printf("broken: %s, %s:%d\n", condition, file, line);
}

/* A PNG has its width in the bytes 16 to 19. */
static fc_status take(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    heard *self = context;
    const uint8_t *png = portrait->png.data;
    (void)number;
    (void)count;
    (void)err;
    self->portraits++;
    self->png = portrait->png.size > 24 && memcmp(png, "\x89PNG\r\n\x1a\n", 8) == 0;
    if (self->png) {
        self->width = (uint32_t)png[16] << 24 | (uint32_t)png[17] << 16 | (uint32_t)png[18] << 8 |
                      (uint32_t)png[19];
    }
    return FC_OK;
}

static void set(fc_options options, const char *name, void *target, const char *value)
{
    fc_error err = { 0 };
    check(fc_option_set(fc_option_lookup(options, name), target, value, &err) == FC_OK, err.text);
}

static fc_status process(const fc_engine *engine, fc_bytes file, heard *self, fc_error *err)
{
    fc_photo photo = { .params = fc_params_default(), .outputs = FC_OUTPUT_PNG };
    char width[16];
    (void)snprintf(width, sizeof width, "%d", WIDTH);
    set(fc_params_options(), "width", &photo.params, width);
    const fc_status status = fc_engine_process(engine, &photo, file, NULL, take, self, err);
    fc_photo_clear(&photo);
    return status;
}

static void make_portrait(const fc_engine *engine)
{
    fc_error err = { 0 };
    heard self = { 0 };
    fc_buffer file = FC_BUFFER((size_t)16 << 20);
    check(fc_file_read(PHOTO, (size_t)16 << 20, &file, &err) == FC_OK, err.text);
    const fc_status status = process(engine, (fc_bytes){ file.data, file.size }, &self, &err);
    check(status == FC_OK, err.text);
    check(self.portraits == 1, "one portrait");
    check(self.png && self.width == WIDTH, "a PNG of the width that was asked for");
    fc_buffer_clear(&file);
}

static void refuse_text(const fc_engine *engine)
{
    fc_error err = { 0 };
    heard self = { 0 };
    const fc_bytes text = { (const uint8_t *)"this is no photo", 16 };
    check(process(engine, text, &self, &err) == FC_UNSUPPORTED_FORMAT, "text is refused");
    check(err.text[0] != '\0' && self.portraits == 0, "and it is said why");
    check(strcmp(fc_status_lookup(err.status)->slug, "unsupported_format") == 0, "by its name");
}

static void use_engine(void)
{
    fc_error err = { 0 };
    fc_engine *engine = NULL;
    fc_settings settings = fc_settings_default();
    set(fc_settings_options(), "models_dir", &settings, "models");
    check(fc_engine_new(&settings, &engine, &err) == FC_OK, err.text);
    if (engine != NULL) {
        make_portrait(engine);
        refuse_text(engine);
    }
    fc_engine_free(engine);
    set(fc_settings_options(), "models_dir", &settings, "tests/data/onnx");
    check(fc_engine_new(&settings, &engine, &err) == FC_MODEL_UNAVAILABLE, "no engine, no models");
}

int main(void)
{
    if (access("models/selfie_segmentation.tflite", R_OK) != 0) {
        (void)printf("skipped: no models\n");
        return SKIPPED;
    }
    const int caught = memfd_create("standard error", MFD_CLOEXEC);
    const int kept = dup(STDERR_FILENO);
    check(caught >= 0 && dup2(caught, STDERR_FILENO) == STDERR_FILENO, "standard error is caught");
    fc_log_set(listen);
    fc_fatal_set(tell_fatal);
    use_engine();
    check(lseek(caught, 0, SEEK_END) == 0, "nothing is written to standard error");
    (void)dup2(kept, STDERR_FILENO);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
