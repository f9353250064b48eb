#include "models/face_mesh.h"

#include <math.h>

#include "base/memory.h"
#include "models/face.h"
#include "ops/snippet.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/patterns.h"
#include "support/photo_file.h"

static const fc_size SIDES = { FC_FACE_MESH_SIDE, FC_FACE_MESH_SIDE };

static fc_face_mesh *model; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/face_landmark.tflite");
    return file == NULL || fc_face_mesh_new(fc_test_runtime, file->bytes, &model, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_face_mesh_free(model);
    fc_test_network_close();
    return 0;
}

/* The astronaut's face, px as they are in the photo, turned by an angle. */
static fc_image *face_patch(double turn)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = fc_photo_read("tests/data/astronaut.png");
    const double half = FC_FACE_MESH_SIDE / 2.0;
    const fc_similarity turned = { cos(turn), sin(turn), 0, 0 };
    const fc_point middle = fc_similarity_apply(turned, (fc_point){ half, half });
    const fc_similarity map = { turned.a, turned.b, 224 - middle.x, 112 - middle.y };
    fc_image *patch = NULL;
    ASSERT_OK(fc_snippet(photo, map, FC_FACE_MESH_SIDE, &patch, &err), err);
    return patch;
}

static fc_point eye(const fc_point *points, int first)
{
    return fc_points_centroid(&points[first], FC_LANDMARK_EYE_POINTS);
}

/* dlib 20.0.1 has the eyes of this photo there, in px of the patch. */
static void the_eyes_are_where_the_eyes_are(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = face_patch(0);
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        fc_mesh_look seen;
        ASSERT_OK(fc_face_mesh_find(model, patch, mirrored == 1, &seen, &err), err);
        const fc_point left = eye(seen.points, FC_LANDMARK_LEFT_EYE);
        const fc_point right = eye(seen.points, FC_LANDMARK_RIGHT_EYE);
        assert_true(seen.presence > 0.99);
        assert_true(hypot(left.x - 75.6, left.y - 86.0) < 3);
        assert_true(hypot(right.x - 118.9, right.y - 88.5) < 3);
    }
}

/* A mirrored look at a mirrored patch shows the network the same pixels. */
static void a_mirrored_look_is_told_for_the_patch_as_it_lies(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = face_patch(0.1);
    FC_AUTO(fc_image) other = fc_pattern_mirrored(patch);
    fc_mesh_look plain;
    fc_mesh_look mirrored;
    ASSERT_OK(fc_face_mesh_find(model, patch, false, &plain, &err), err);
    ASSERT_OK(fc_face_mesh_find(model, other, true, &mirrored, &err), err);
    static const int PAIRS[][2] = { { 0, 16 },  { 8, 8 },   { 17, 26 }, { 21, 22 }, { 30, 30 },
                                    { 31, 35 }, { 36, 45 }, { 39, 42 }, { 41, 46 }, { 48, 54 },
                                    { 57, 57 }, { 59, 55 }, { 60, 64 }, { 67, 65 } };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        const fc_point here = plain.points[PAIRS[i][0]];
        const fc_point there = mirrored.points[PAIRS[i][1]];
        assert_true(fabs(here.x - (FC_FACE_MESH_SIDE - there.x)) < 1e-3);
        assert_true(fabs(here.y - there.y) < 1e-3);
    }
}

/* From a patch in which the face leans, the next one is level and has the face in its middle. */
static void the_closer_patch_is_level_around_the_face(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    static const double TURNS[] = { -0.3, 0, 0.3 };
    for (size_t i = 0; i < sizeof TURNS / sizeof TURNS[0]; i++) {
        FC_AUTO(fc_image) patch = face_patch(TURNS[i]);
        fc_mesh_look seen;
        ASSERT_OK(fc_face_mesh_find(model, patch, false, &seen, &err), err);
        const fc_similarity to_closer = fc_similarity_invert(seen.closer);
        const fc_point left =
            fc_similarity_apply(to_closer, eye(seen.points, FC_LANDMARK_LEFT_EYE));
        const fc_point right =
            fc_similarity_apply(to_closer, eye(seen.points, FC_LANDMARK_RIGHT_EYE));
        assert_true(fabs(left.y - right.y) < 1e-6);
        assert_true(right.x > left.x);
        assert_true(fabs((left.x + right.x) / 2 - FC_FACE_MESH_SIDE / 2.0) < 8);
        assert_true(fabs(fc_similarity_scale(seen.closer) - 0.87) < 0.06);
    }
}

static void without_a_face_the_mesh_doubts(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = fc_pattern_flat(SIDES, 3, 128);
    fc_mesh_look seen = { .presence = -1 };
    ASSERT_OK(fc_face_mesh_find(model, patch, false, &seen, &err), err);
    assert_true(seen.presence >= 0 && seen.presence < 0.5);
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        assert_true(isfinite(seen.points[i].x) && isfinite(seen.points[i].y));
    }
    assert_string_equal(fc_face_mesh_device(model), "cpu");
}

static void finding_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (model == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) patch = fc_pattern_flat(SIDES, 3, 128);
    fc_mesh_look seen = { .presence = -1 };
    SWEEP_ALLOCATIONS(fc_face_mesh_find(model, patch, false, &seen, &err), seen.presence < 0);
}

static void another_file_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_face_mesh *none = NULL;
    static const uint8_t WORDS[] = "this is no network";
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE,
                 fc_face_mesh_new(fc_test_runtime, (fc_bytes){ WORDS, sizeof WORDS }, &none, &err),
                 err);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_eyes_are_where_the_eyes_are),
        cmocka_unit_test(a_mirrored_look_is_told_for_the_patch_as_it_lies),
        cmocka_unit_test(the_closer_patch_is_level_around_the_face),
        cmocka_unit_test(without_a_face_the_mesh_doubts),
        cmocka_unit_test(finding_survives_every_allocation_failure),
        cmocka_unit_test(another_file_is_refused),
    };
    return cmocka_run_group_tests_name("models/face_mesh", tests, load, unload);
}
