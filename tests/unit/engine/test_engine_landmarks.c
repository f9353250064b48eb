/*
 * The face mesh against dlib's points: eyes, eye line and frame of every face of the golden photos
 * and of those of tests/data. Skips where the model files are not fetched; dlib's comes with
 * `tools/fetch --with dlib`. docs/decisions/0024 has the table, and who is right where they differ.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/engine.h"
#include "support/fc_test.h"

#define DLIB_PATH "models/shape_predictor_68_face_landmarks.dat"
#define MESH_PATH "models/face_landmark.tflite"

enum { FACES_MAX = 32 };

/* By how much the mesh is off, of one face: % of dlib's eye distance or of its box, degrees. */
typedef struct apart {
    double eyes[2];
    double roll;
    double size;
    double place;
} apart;

/* What a photo's faces look like to one engine, from the left. */
typedef struct seen {
    fc_point eyes[FACES_MAX][2];
    fc_frame frames[FACES_MAX];
    int32_t count;
} seen;

static fc_engine *by_mesh;
static fc_engine *by_dlib;

static fc_engine *load(fc_choice landmarks)
{
    fc_error err = { 0 };
    fc_engine *engine = NULL;
    fc_settings settings = fc_settings_default();
    (void)snprintf(settings.models_dir, sizeof settings.models_dir, "models");
    settings.landmarks = landmarks;
    ASSERT_OK(fc_engine_new(&settings, &engine, &err), err);
    return engine;
}

static int load_both(void **state)
{
    (void)state;
    if (access(MESH_PATH, R_OK) != 0 || access(DLIB_PATH, R_OK) != 0) {
        print_message("%s or %s is not here: run tools/fetch --with dlib\n", MESH_PATH, DLIB_PATH);
        return 0;
    }
    by_mesh = load(FC_LANDMARKS_AUTO);
    by_dlib = load(FC_LANDMARKS_DLIB);
    return 0;
}

static int free_both(void **state)
{
    (void)state;
    fc_engine_free(by_mesh);
    fc_engine_free(by_dlib);
    return 0;
}

static fc_status keep(void *context, fc_portrait *portrait, int32_t number, int32_t count,
                      fc_error *err)
{
    (void)count;
    (void)err;
    seen *to = context;
    assert_true(number <= FACES_MAX);
    for (int side = 0; side < 2; side++) {
        fc_point mean = { 0, 0 };
        for (int i = 0; i < 6; i++) {
            mean.x += portrait->landmarks[36 + 6 * side + i].x / 6;
            mean.y += portrait->landmarks[36 + 6 * side + i].y / 6;
        }
        to->eyes[number - 1][side] = mean;
    }
    to->frames[number - 1] = portrait->frame;
    to->count = number;
    return FC_OK;
}

static seen look(const fc_engine *engine, const char *path)
{
    fc_error err = { 0 };
    fc_photo photo = { .params = fc_params_default() };
    photo.params.face = FC_FACE_ALL;
    photo.params.width = 64;
    photo.params.height = 64;
    FC_AUTO(fc_mapping) file = NULL;
    seen result = { .count = 0 };
    ASSERT_OK(fc_mapping_new(path, (size_t)16 << 20, &file, &err), err);
    ASSERT_OK(fc_engine_process(engine, &photo, file->bytes, NULL, keep, &result, &err), err);
    fc_photo_clear(&photo);
    return result;
}

static double distance(fc_point a, fc_point b)
{
    return hypot(a.x - b.x, a.y - b.y);
}

/* Appends a photo's faces; both engines see the same ones. */
static int32_t compare(const char *name, const char *path, apart *out, int32_t count)
{
    const seen mesh = look(by_mesh, path);
    const seen dlib = look(by_dlib, path);
    assert_int_equal(mesh.count, dlib.count);
    for (int32_t i = 0; i < mesh.count; i++) {
        const double eyes_px = distance(dlib.eyes[i][0], dlib.eyes[i][1]);
        const fc_box a = dlib.frames[i].face_in_photo;
        const fc_box b = mesh.frames[i].face_in_photo;
        const apart one = {
            .eyes = { 100 * distance(mesh.eyes[i][0], dlib.eyes[i][0]) / eyes_px,
                      100 * distance(mesh.eyes[i][1], dlib.eyes[i][1]) / eyes_px },
            .roll = mesh.frames[i].roll_deg - dlib.frames[i].roll_deg,
            .size = 100 * (b.width / a.width - 1),
            .place = 100 * distance(fc_box_centre(b), fc_box_centre(a)) / a.width,
        };
        print_message("| %s.%d | %.0f | %.1f, %.1f | %+.1f | %+.1f | %.1f |\n", name, (int)i + 1,
                      eyes_px, one.eyes[0], one.eyes[1], one.roll, one.size, one.place);
        assert_true(count < FACES_MAX);
        out[count++] = one;
    }
    return count;
}

static void on_the_public_photos_both_agree(void **state)
{
    (void)state;
    if (by_dlib == NULL) {
        skip();
    }
    apart faces[FACES_MAX];
    int32_t count = compare("astronaut", "tests/data/astronaut.png", faces, 0);
    count = compare("official", "tests/data/official_portrait.jpg", faces, count);
    assert_int_equal(count, 2);
    for (int32_t i = 0; i < count; i++) {
        assert_true(fmax(faces[i].eyes[0], faces[i].eyes[1]) < 3);
        assert_true(fabs(faces[i].roll) < 1);
        assert_true(fabs(faces[i].size) < 2);
        assert_true(faces[i].place < 1.5);
    }
}

static int by_size(const void *a, const void *b)
{
    const double difference = *(const double *)a - *(const double *)b;
    return (difference > 0) - (difference < 0);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_size);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Limits a little above what was measured; most of the rest is dlib's own (0024). */
static void on_all_golden_faces_both_agree(void **state)
{
    (void)state;
    if (by_dlib == NULL || fc_test_shared_dir() == NULL) {
        skip();
    }
    apart faces[FACES_MAX];
    int32_t count = 0;
    for (int i = 1; i <= 12; i++) {
        char name[16];
        char path[64];
        (void)snprintf(name, sizeof name, "p%02d", i);
        (void)snprintf(path, sizeof path, "golden/photos/%s.jpg", name);
        count = compare(name, fc_test_shared_file(path), faces, count);
    }
    assert_int_equal(count, 23);
    double eyes[2 * FACES_MAX];
    double roll[FACES_MAX];
    double size[FACES_MAX];
    double place[FACES_MAX];
    int far_eyes = 0;
    int far_roll = 0;
    for (int32_t i = 0; i < count; i++) {
        eyes[2 * i] = faces[i].eyes[0];
        eyes[2 * i + 1] = faces[i].eyes[1];
        roll[i] = fabs(faces[i].roll);
        size[i] = fabs(faces[i].size);
        place[i] = faces[i].place;
        far_eyes += fmax(faces[i].eyes[0], faces[i].eyes[1]) > 3;
        far_roll += roll[i] > 1;
    }
    const size_t n = (size_t)count;
    const double eye = median(eyes, 2 * n);
    print_message("medians: eyes %.2f %%, roll %.2f degrees, size %.2f %%, place %.2f %%; %d faces "
                  "with an eye beyond 3 %%, %d with a roll beyond 1 degree\n",
                  eye, median(roll, n), median(size, n), median(place, n), far_eyes, far_roll);
    assert_true(eye < 2.0);
    assert_true(far_eyes <= 8);
    assert_true(far_roll <= 4); /* one of them, of a face of 35 px, lies at 1.0 */
    assert_true(median(roll, n) < 0.5);
    assert_true(median(size, n) < 1.3 && size[n - 1] < 4);
    assert_true(median(place, n) < 0.6 && place[n - 1] < 1.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_the_public_photos_both_agree),
        cmocka_unit_test(on_all_golden_faces_both_agree),
    };
    return cmocka_run_group_tests_name("engine/engine_landmarks", tests, load_both, free_both);
}
