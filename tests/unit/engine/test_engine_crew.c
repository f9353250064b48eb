/*
 * A portrait does not depend on who did which part of the work: files of an engine of one thread
 * against those of engines whose photos share idle processors, alone and several at once. Skips
 * where the model files are not fetched.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "support/fc_test.h"

#define MODEL_PATH "models/selfie_segmentation.tflite"

enum { WAYS = 3, AT_ONCE = 3 };

static const char *const PHOTOS[] = { "tests/data/official_portrait.jpg",
                                      "tests/data/astronaut.png" };

static fc_engine *alone;
static fc_engine *helped;

static fc_engine *load(int32_t threads)
{
    fc_error err = { 0 };
    fc_engine *engine = NULL;
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    settings.threads = threads;
    ASSERT_OK(fc_engine_new(&settings, &engine, &err), err);
    return engine;
}

static int load_both(void **state)
{
    (void)state;
    if (access(MODEL_PATH, R_OK) == 0) {
        alone = load(1);
        helped = load(4);
    }
    return 0;
}

static int free_both(void **state)
{
    (void)state;
    fc_engine_free(alone);
    fc_engine_free(helped);
    return 0;
}

/* Options that lead through all operations that share their work. */
static fc_params params_of(int32_t way)
{
    fc_params params = fc_params_default();
    if (way == 1) {
        params.use_oval_mask = false;
        params.background.kind = FC_BACKGROUND_BLUR;
        params.background.strength = 50;
        params.enhance_photo = FC_ENHANCE_STRONG;
    } else if (way == 2) {
        params.matte_quality = FC_MATTE_FAST;
        params.width = 1500;
        params.height = 1800;
    }
    return params;
}

typedef struct files {
    fc_buffer png;
    fc_buffer jpeg;
} files;

static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)number;
    (void)count;
    (void)err;
    files *to = context;
    to->png = portrait->png;
    to->jpeg = portrait->jpeg;
    portrait->png = FC_BUFFER(0);
    portrait->jpeg = FC_BUFFER(0);
    return FC_OK;
}

static fc_status make(const fc_engine *engine, fc_bytes file, int32_t way, files *out,
                      fc_error *err)
{
    fc_photo *photo = NULL;
    FC_TRY(fc_memory_new_zeroed(1, sizeof *photo, (void **)&photo, err));
    photo->params = params_of(way);
    photo->outputs = FC_OUTPUT_PNG | FC_OUTPUT_JPEG;
    const fc_status status = fc_engine_process(engine, photo, file, NULL, keep, out, err);
    fc_photo_clear(photo);
    fc_memory_free(photo);
    return status;
}

static void assert_same(const files *one, const files *other)
{
    assert_true(one->png.size > 0 && one->jpeg.size > 0);
    assert_int_equal(one->png.size, other->png.size);
    assert_int_equal(one->jpeg.size, other->jpeg.size);
    assert_memory_equal(one->png.data, other->png.data, one->png.size);
    assert_memory_equal(one->jpeg.data, other->jpeg.data, one->jpeg.size);
}

static void clear(files *the)
{
    fc_buffer_clear(&the->png);
    fc_buffer_clear(&the->jpeg);
}

static void helpers_change_no_byte(void **state)
{
    (void)state;
    if (alone == NULL) {
        skip();
    }
    for (size_t i = 0; i < sizeof PHOTOS / sizeof PHOTOS[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(PHOTOS[i], (size_t)64 << 20, &file, &err), err);
        for (int32_t way = 0; way < WAYS; way++) {
            files one = { 0 };
            files other = { 0 };
            ASSERT_OK(make(alone, file->bytes, way, &one, &err), err);
            ASSERT_OK(make(helped, file->bytes, way, &other, &err), err);
            assert_same(&one, &other);
            clear(&one);
            clear(&other);
        }
    }
}

/* One of several photos in work. */
typedef struct worker {
    pthread_t thread;
    fc_bytes file;
    files made[WAYS];
    fc_status status;
    fc_error err;
} worker;

static void *work(void *context)
{
    worker *self = context;
    for (int32_t way = 0; way < WAYS && self->status == FC_OK; way++) {
        self->status = make(helped, self->file, way, &self->made[way], &self->err);
    }
    return NULL;
}

static void photos_at_once_change_no_byte(void **state)
{
    (void)state;
    if (alone == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new(PHOTOS[0], (size_t)64 << 20, &file, &err), err);
    static worker workers[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++) {
        workers[i].file = file->bytes;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        ASSERT_OK(workers[i].status, workers[i].err);
    }
    for (int32_t way = 0; way < WAYS; way++) {
        files one = { 0 };
        ASSERT_OK(make(alone, file->bytes, way, &one, &err), err);
        for (size_t i = 0; i < AT_ONCE; i++) {
            assert_same(&one, &workers[i].made[way]);
            clear(&workers[i].made[way]);
        }
        clear(&one);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(helpers_change_no_byte),
        cmocka_unit_test(photos_at_once_change_no_byte),
    };
    return cmocka_run_group_tests_name("engine/engine_crew", tests, load_both, free_both);
}
