/* The points of a face on a preview: these tests skip where the mesh's file is not fetched. */
#include <math.h>
#include <string.h>

#include "ops/snippet.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/photo_file.h"

#define SIDE 400

static fc_face_mesh *mesh; /* NULL without the model's file */

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/face_landmark.tflite");
    return file == NULL || fc_face_mesh_new(fc_test_runtime, file->bytes, &mesh, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_face_mesh_free(mesh);
    fc_test_network_close();
    return 0;
}

/* A face of the astronaut's size and place, seen through a map from the preview to the photo. */
static void find(const fc_raster *preview, fc_similarity map, fc_portrait *out, fc_photo *photo,
                 fc_models *models)
{
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    const fc_similarity back = fc_similarity_invert(map);
    *models = (fc_models){ .mesh = mesh };
    *photo = (fc_photo){ .models = models, .params = fc_params_default() };
    photo->preview = (fc_raster *)preview;
    const fc_point middle = fc_similarity_apply(back, (fc_point){ 223, 113 });
    const double side = 120 * fc_similarity_scale(back);
    fc_face *face = &photo->faces.items[0];
    photo->faces.count = 1;
    face->dlib_box = (fc_box){ middle.x - side / 2, middle.y - side / 2, side, side };
    face->keypoints[FC_KEYPOINT_LEFT_EYE] = fc_similarity_apply(back, (fc_point){ 204, 102 });
    face->keypoints[FC_KEYPOINT_RIGHT_EYE] = fc_similarity_apply(back, (fc_point){ 247, 104 });
    *out = (fc_portrait){ .photo = photo };
    ASSERT_OK(fc_stage_landmarks(out, &report, &err), err);
    assert_string_equal(report.model, "face_landmark");
    assert_string_equal(report.device, "cpu");
}

static fc_raster preview_of(const char *path, fc_similarity map)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_photo_read(path);
    fc_raster preview = { .to_photo = FC_SIMILARITY_IDENTITY };
    ASSERT_OK(fc_snippet(picture, map, SIDE, &preview.pixels, &err), err);
    return preview;
}

/* Wherever a face lies and however it leans, its points are the same places of it. */
static void the_points_lean_with_the_face(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_point upright[FC_LANDMARK_COUNT];
    static const double TURNS[] = { 0, 0.5, -1.2, 3 };
    for (size_t i = 0; i < sizeof TURNS / sizeof TURNS[0]; i++) {
        const fc_similarity turned = { cos(TURNS[i]), sin(TURNS[i]), 0, 0 };
        const fc_point middle = fc_similarity_apply(turned, (fc_point){ SIDE / 2.0, SIDE / 2.0 });
        const fc_similarity map = { turned.a, turned.b, 223 - middle.x, 150 - middle.y };
        fc_raster preview = preview_of("tests/data/astronaut.png", map);
        fc_photo photo;
        fc_models models;
        fc_portrait portrait;
        find(&preview, map, &portrait, &photo, &models);
        assert_int_equal(portrait.warnings.count, 0);
        assert_true(portrait.found.has_landmarks);
        for (int point = 0; point < FC_LANDMARK_COUNT; point++) {
            const fc_point at = fc_similarity_apply(map, portrait.landmarks[point]);
            if (i == 0) {
                upright[point] = at;
            }
            assert_true(hypot(at.x - upright[point].x, at.y - upright[point].y) < 3);
        }
        fc_image_free(preview.pixels);
    }
}

static void what_is_no_face_is_told_and_not_followed(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_raster preview = { .to_photo = FC_SIMILARITY_IDENTITY };
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &preview.pixels, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        memset(fc_image_row(preview.pixels, y), 128, (size_t)3 * SIDE);
    }
    fc_photo photo;
    fc_models models;
    fc_portrait portrait;
    find(&preview, FC_SIMILARITY_IDENTITY, &portrait, &photo, &models);
    assert_int_equal(portrait.warnings.count, 1);
    assert_non_null(strstr(portrait.warnings.items[0], "unsure"));
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        assert_true(isfinite(portrait.landmarks[i].x) && isfinite(portrait.landmarks[i].y));
    }
    fc_image_free(preview.pixels);
}

static void known_points_are_not_looked_for_again(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    fc_models models = { .mesh = mesh };
    fc_photo photo = { .models = &models };
    photo.faces.count = 1;
    fc_portrait portrait = { .photo = &photo };
    portrait.found.has_landmarks = true;
    portrait.found.landmarks[30] = (fc_point){ 5, 6 };
    ASSERT_OK(fc_stage_landmarks(&portrait, &report, &err), err);
    assert_true(portrait.landmarks[30].y > 5.5);
    assert_string_equal(report.note, "known");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_points_lean_with_the_face),
        cmocka_unit_test(what_is_no_face_is_told_and_not_followed),
        cmocka_unit_test(known_points_are_not_looked_for_again),
    };
    return cmocka_run_group_tests_name("pipeline/stage_landmarks", tests, load, unload);
}
