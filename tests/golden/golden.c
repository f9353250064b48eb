/*
 * Golden pictures: whole portraits of the public photos, kept as sheets (the cut-out on white, the
 * cut-out on black, the finished picture). What they guard is the look: a change that moves a
 * value here is looked at before it is kept.
 *
 *   golden check           compare; exit code 1 when a sheet differs, 77 without the models
 *   golden review FOLDER   write old, new and eightfold difference side by side for each case
 *   golden accept          write the sheets anew (say why in the commit)
 *
 * Each case is made twice: with the points of the face mesh, as everybody gets them, and with
 * dlib's (dlib_NAME.png), whose file is optional: without it these are skipped, with a word.
 *
 * Run in the repository's root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "ops/flatten.h"

#define SHEETS "tests/golden"
#define PARTS 3
#define OPTIONS_MAX 10

/* Processors add up in another order and codecs round differently: levels of 255. */
#define MEAN_MAX 0.6
#define FAR_LEVELS 24
#define FAR_SHARE_MAX 0.004

typedef struct golden_case {
    const char *name;
    const char *photo;
    const char *options[OPTIONS_MAX]; /* name, value, name, value ... NULL */
} golden_case;

static const golden_case CASES[] = {
    { "official",
      "tests/data/official_portrait.jpg",
      { "width", "224", "height", "224", "framing", "face" } },
    { "astronaut",
      "tests/data/astronaut.png",
      { "width", "224", "height", "224", "framing", "face" } },
    { "rectangle",
      "tests/data/official_portrait.jpg",
      { "width", "200", "height", "260", "use_oval_mask", "false", "background", "#2050a0",
        "framing", "face" } },
    { "strong_fast",
      "tests/data/astronaut.png",
      { "width", "224", "height", "224", "enhance_photo", "strong", "matte_quality", "fast",
        "framing", "face" } },
    { "head", "tests/data/astronaut.png", { "width", "224", "height", "224" } },
    { "head_rectangle",
      "tests/data/astronaut.png",
      { "width", "200", "height", "260", "use_oval_mask", "false", "background", "#2050a0" } },
};

static void check(fc_status status, const fc_error *err)
{
    if (status != FC_OK) {
        (void)fprintf(stderr, "golden: %s\n", err->text);
        exit(1);
    }
}

static fc_image *read_picture(const char *path)
{
    fc_error err = { 0 };
    fc_buffer file = { 0 };
    check(fc_file_read(path, (size_t)16 << 20, &file, &err), &err);
    const fc_decode_limits limits = { ~0U, 10000000, (int64_t)256 << 20 };
    const fc_decode_request request = { .shrink = 1 };
    fc_photo_facts facts = { 0 };
    fc_raster *raster = NULL;
    check(fc_decode_probe(fc_buffer_bytes(&file), &limits, &facts, &err), &err);
    check(fc_decode(fc_buffer_bytes(&file), &facts, &request, &raster, &err), &err);
    fc_image *picture = FC_STEAL(raster->pixels);
    fc_raster_free(raster);
    fc_buffer_clear(&file);
    return picture;
}

static void write_picture(const char *path, const fc_image *picture)
{
    fc_error err = { 0 };
    fc_buffer png = FC_BUFFER((size_t)64 << 20);
    check(fc_encode_png(picture, &png, &err), &err);
    check(fc_file_write(path, fc_buffer_bytes(&png), &err), &err);
    fc_buffer_clear(&png);
}

/* Pictures of one size beside each other. */
static fc_image *beside(const fc_image *const *pictures, int32_t count)
{
    fc_error err = { 0 };
    const fc_size one = pictures[0]->size;
    fc_image *sheet = NULL;
    check(fc_image_new((fc_size){ one.width * count, one.height }, 3, &sheet, &err), &err);
    for (int32_t i = 0; i < count; i++) {
        for (int32_t y = 0; y < one.height; y++) {
            memcpy(fc_image_row(sheet, y) + (size_t)(i * one.width) * 3,
                   fc_image_row(pictures[i], y), (size_t)one.width * 3);
        }
    }
    return sheet;
}

static fc_status make_sheet(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                            fc_error *err)
{
    (void)number;
    (void)count;
    FC_AUTO(fc_image) on_white = NULL;
    FC_AUTO(fc_image) on_black = NULL;
    FC_TRY(fc_flatten(portrait->cutout, (const uint8_t[]){ 255, 255, 255 }, &on_white, err));
    FC_TRY(fc_flatten(portrait->cutout, (const uint8_t[]){ 0, 0, 0 }, &on_black, err));
    const fc_image *const parts[PARTS] = { on_white, on_black, portrait->flat };
    *(fc_image **)context = beside(parts, PARTS);
    return FC_OK;
}

static fc_image *sheet_now(const fc_engine *engine, const golden_case *one)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    for (size_t i = 0; i < OPTIONS_MAX && one->options[i] != NULL; i += 2) {
        const fc_option *option = fc_option_lookup(fc_params_options(), one->options[i]);
        check(fc_option_set(option, &photo.params, one->options[i + 1], &err), &err);
    }
    fc_buffer file = { 0 };
    fc_image *sheet = NULL;
    check(fc_file_read(one->photo, (size_t)16 << 20, &file, &err), &err);
    check(fc_engine_process(engine, &photo, fc_buffer_bytes(&file), NULL, make_sheet, &sheet, &err),
          &err);
    fc_photo_clear(&photo);
    fc_buffer_clear(&file);
    return sheet;
}

/* Eight times the difference, around grey; says how large it is. */
static fc_image *difference(const fc_image *a, const fc_image *b, double *mean, double *far_share)
{
    fc_error err = { 0 };
    fc_image *picture = NULL;
    check(fc_image_new(a->size, 3, &picture, &err), &err);
    int64_t sum = 0;
    int64_t far = 0;
    for (int32_t y = 0; y < a->size.height; y++) {
        for (int32_t x = 0; x < a->size.width * 3; x++) {
            const int apart = fc_image_row(b, y)[x] - fc_image_row(a, y)[x];
            const int shown = 128 + 8 * apart;
            sum += abs(apart);
            far += abs(apart) > FAR_LEVELS;
            fc_image_row(picture, y)[x] = (uint8_t)(shown < 0 ? 0 : shown > 255 ? 255 : shown);
        }
    }
    const double values = 3.0 * a->size.width * a->size.height;
    *mean = (double)sum / values;
    *far_share = (double)far / values;
    return picture;
}

static bool same_size(const fc_image *a, const fc_image *b)
{
    return a->size.width == b->size.width && a->size.height == b->size.height;
}

static bool compare(const char *name, const char *golden_path, const fc_image *now,
                    const char *review_folder)
{
    FC_AUTO(fc_image) old = read_picture(golden_path);
    if (!same_size(old, now)) {
        (void)printf("%s: the size has changed\n", name);
        return false;
    }
    double mean = 0;
    double far_share = 0;
    FC_AUTO(fc_image) apart = difference(old, now, &mean, &far_share);
    const bool alike = mean <= MEAN_MAX && far_share <= FAR_SHARE_MAX;
    (void)printf("%-16s mean %.3f levels, %.3f %% of values beyond %d: %s\n", name, mean,
                 far_share * 100, FAR_LEVELS, alike ? "alike" : "DIFFERENT");
    if (review_folder != NULL) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s.png", review_folder, name);
        const fc_image *const parts[] = { old, now, apart };
        FC_AUTO(fc_image) sheet = beside(parts, 3);
        write_picture(path, sheet);
    }
    return alike;
}

static fc_engine *load(fc_choice landmarks)
{
    fc_error err = { 0 };
    fc_settings settings = fc_settings_default();
    fc_engine *engine = NULL;
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    settings.landmarks = landmarks;
    check(fc_engine_new(&settings, &engine, &err), &err);
    return engine;
}

/* All cases with one kind of landmarks. */
static bool go_through(const char *verb, fc_choice landmarks, const char *prefix,
                       const char *review_folder)
{
    FC_AUTO(fc_engine) engine = load(landmarks);
    bool all_alike = true;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char name[64];
        char path[128];
        (void)snprintf(name, sizeof name, "%s%s", prefix, CASES[i].name);
        (void)snprintf(path, sizeof path, SHEETS "/%s.png", name);
        FC_AUTO(fc_image) now = sheet_now(engine, &CASES[i]);
        if (strcmp(verb, "accept") == 0) {
            write_picture(path, now);
        } else {
            all_alike = compare(name, path, now, review_folder) && all_alike;
        }
    }
    return all_alike;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "check";
    const char *review_folder = strcmp(verb, "review") == 0 && argc > 2 ? argv[2] : NULL;
    if (access("models/selfie_segmentation.tflite", R_OK) != 0 ||
        access("models/face_landmark.tflite", R_OK) != 0) {
        (void)puts("golden: skipped, the models are not fetched");
        return 77;
    }
    bool all_alike = go_through(verb, FC_LANDMARKS_AUTO, "", review_folder);
    if (access("models/shape_predictor_68_face_landmarks.dat", R_OK) == 0) {
        all_alike = go_through(verb, FC_LANDMARKS_DLIB, "dlib_", review_folder) && all_alike;
    } else {
        (void)puts("golden: those with dlib's points are skipped: run tools/fetch --with dlib");
    }
    return all_alike ? 0 : 1;
}
