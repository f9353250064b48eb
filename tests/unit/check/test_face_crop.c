/* The crop, drawn by rule and of a photo, and what is measured on the photo's; that is skipped
 * where the mesh is not fetched. */
#include "check/face_crop.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "check/check.h"
#include "ops/warp.h"
#include "support/drawn_face.h"
#include "support/fc_test.h"
#include "support/network.h"
#include "support/photo_file.h"

static fc_face_mesh *mesh; /* NULL without the model's file */

/* The astronaut: where her eyes are, and her photo. */
static fc_raster photo;
static fc_faces faces = { .count = 1 };
static fc_image *pixels;
static fc_plane *coverage;
static fc_similarity to_photo;

static void make_crop(void)
{
    fc_error err = { 0 };
    fc_point points[FC_LANDMARK_COUNT] = { 0 };
    for (int i = 0; i < 6; i++) {
        points[36 + i] = (fc_point){ 203.6, 102.0 };
        points[42 + i] = (fc_point){ 246.9, 104.5 };
    }
    photo = (fc_raster){ fc_photo_read("tests/data/astronaut.png"), FC_SIMILARITY_IDENTITY };
    faces.items[0] = (fc_face){ .dlib_box = { 170, 60, 110, 110 }, .score = 0.9 };
    to_photo = fc_check_place(points);
    ASSERT_OK(fc_warp(photo.pixels, to_photo, (fc_size){ FC_CHECK_WIDTH, FC_CHECK_HEIGHT }, &pixels,
                      &coverage, &err),
              err);
}

static int load(void **state)
{
    (void)state;
    fc_error err = { 0 };
    make_crop();
    FC_AUTO(fc_mapping) file = fc_test_network_open("models/face_landmark.tflite");
    return file == NULL || fc_face_mesh_new(fc_test_runtime, file->bytes, &mesh, &err) == FC_OK
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    fc_image_free(photo.pixels);
    fc_image_free(pixels);
    fc_plane_free(coverage);
    fc_face_mesh_free(mesh);
    fc_test_network_close();
    return 0;
}

static fc_check_input input_of(const fc_plane *matte)
{
    return (fc_check_input){
        .facts = { .format = FC_FORMAT_PNG, .size = photo.pixels->size },
        .faces = &faces,
        .preview = &photo,
        .pixels = pixels,
        .coverage = coverage,
        .matte = matte,
        .to_photo = to_photo,
        .mesh = mesh,
    };
}

static void the_crop_has_the_eyes_level_and_apart(void **state)
{
    (void)state;
    fc_point points[FC_LANDMARK_COUNT] = { 0 };
    for (int i = 0; i < 6; i++) {
        points[36 + i] = (fc_point){ 1000, 500 };
        points[42 + i] = (fc_point){ 1000, 628 };
    }
    const fc_similarity map = fc_check_place(points);
    assert_true(fabs(fc_similarity_scale(map) - 2) < 1e-9);
    const fc_point middle = { FC_CHECK_WIDTH / 2.0, FC_CHECK_EYES_DOWN };
    const fc_point at = fc_similarity_apply(map, middle);
    assert_true(fabs(at.x - 1000) < 1e-6 && fabs(at.y - 564) < 1e-6);
}

static void the_points_are_on_the_crop(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_face_crop) crop = NULL;
    const fc_check_input input = input_of(NULL);
    ASSERT_OK(fc_face_crop_new(&input, &crop, &err), err);
    assert_true(fabs(crop->apart - FC_CHECK_EYES) < 4);
    assert_true(fabs(crop->middle.x - FC_CHECK_WIDTH / 2.0) < 4);
    assert_true(fabs(crop->middle.y - FC_CHECK_EYES_DOWN) < 4);
    assert_true(crop->chin_down > 90 && crop->chin_down < 140);
}

/* Eyes and mouth are in the face, and not in its skin. */
static void skin_is_the_face_without_its_openings(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_face_crop *crop = drawn_face_crop(&face);
    const fc_point eye = crop->eyes[0];
    const fc_point cheek = fc_face_crop_point(crop, 50);
    assert_true(fc_plane_row(crop->face, (int32_t)eye.y)[(int32_t)eye.x] == 1);
    assert_true(fc_plane_row(crop->skin, (int32_t)eye.y)[(int32_t)eye.x] == 0);
    assert_true(fc_plane_row(crop->skin, (int32_t)cheek.y)[(int32_t)cheek.x] == 1);
    assert_true(fc_plane_row(crop->face, 0)[0] == 0);
    drawn_face_close(&face);
}

static void a_known_mesh_is_measured_as_it_is(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    const fc_face_crop *crop = drawn_face_crop(&face);
    assert_true(fabs(crop->apart - FC_CHECK_EYES) < 1e-3);
    assert_true(fabs(crop->middle.x - DRAWN_MIDDLE_X) < 1e-3);
    assert_true(fabs(crop->middle.y - DRAWN_EYES_Y) < 1e-3);
    assert_true(fabs(crop->chin_down - DRAWN_CHIN_DOWN) < 1e-3);
    const double light = 255 * fc_luminance(fc_face_crop_linear(crop, drawn_skin));
    assert_true(fabs((double)fc_plane_row(crop->light, 9)[7] - light) < 1e-3);
    drawn_face_close(&face);
}

static void what_the_photo_does_not_show_is_no_face(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    fc_plane_row(face.coverage, 175)[90] = 0;
    const fc_face_crop *crop = drawn_face_crop(&face);
    assert_true(fc_plane_row(crop->face, 175)[90] == 0);
    assert_true(fc_plane_row(crop->skin, 175)[90] == 0);
    assert_true(fc_plane_row(crop->skin, 175)[91] == 1);
    drawn_face_close(&face);
}

static void a_mean_is_that_of_the_square(void **state)
{
    (void)state;
    drawn_face face;
    drawn_face_open(&face);
    drawn_face_paint(&face, 40, 41, (const uint8_t[]){ 1, 2, 3 });
    const fc_face_crop *crop = drawn_face_crop(&face);
    const fc_linear_rgb one = fc_face_crop_mean(crop, (fc_point){ 40.5, 50.5 }, 0.2);
    const fc_linear_rgb same =
        fc_face_crop_linear(crop, fc_image_row(face.pixels, 50) + (ptrdiff_t)3 * 40);
    assert_true(one.red == same.red && one.green == same.green && one.blue == same.blue);
    const fc_linear_rgb corner = fc_face_crop_mean(crop, (fc_point){ -10, -10 }, 4);
    assert_true(corner.red == fc_face_crop_linear(crop, drawn_skin).red);
    drawn_face_close(&face);
}

static void a_crop_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_face_crop) crop = NULL;
    drawn_face face;
    drawn_face_open(&face);
    SWEEP_ALLOCATIONS(fc_face_crop_of_mesh(&face.input, face.mesh, &crop, &err), crop == NULL);
    drawn_face_close(&face);
}

static void without_matte_and_iris_their_measures_are_unknown(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_check_values values;
    const fc_check_input input = input_of(NULL);
    ASSERT_OK(fc_check_measure(&input, &values, &err), err);
    assert_false(values.known[FC_MEASURE_background]);
    assert_false(values.known[FC_MEASURE_subject_contrast]);
    assert_false(values.known[FC_MEASURE_head_height]);
    assert_false(values.known[FC_MEASURE_gaze]);
    assert_false(values.known[FC_MEASURE_pupil_distance]);
    assert_true(values.known[FC_MEASURE_eyes_open]);
    assert_true(values.known[FC_MEASURE_yaw]);
}

static void the_face_alone_is_measured_as_with_the_rest(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_check_values whole;
    fc_check_values alone;
    fc_check_input input = input_of(NULL);
    ASSERT_OK(fc_check_measure(&input, &whole, &err), err);
    input.face_alone = true;
    ASSERT_OK(fc_check_measure(&input, &alone, &err), err);
    assert_true(alone.items[FC_MEASURE_eyes_open] == whole.items[FC_MEASURE_eyes_open]);
    assert_true(alone.items[FC_MEASURE_sharpness] == whole.items[FC_MEASURE_sharpness]);
    assert_true(alone.known[FC_MEASURE_eyes_open] && alone.known[FC_MEASURE_sharpness]);
    assert_false(alone.known[FC_MEASURE_yaw] || alone.known[FC_MEASURE_brightness]);
}

/* All of it person: there is no background to tell of. */
static void a_crop_full_of_the_person_has_no_background(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_check_values values;
    const fc_check_input input = input_of(coverage);
    ASSERT_OK(fc_check_measure(&input, &values, &err), err);
    assert_false(values.known[FC_MEASURE_background]);
}

static void measuring_survives_every_allocation_failure(void **state)
{
    (void)state;
    if (mesh == NULL) {
        skip();
    }
    fc_error err = { 0 };
    fc_check_values values = { .kb = -1 };
    const fc_check_input input = input_of(coverage);
    SWEEP_ALLOCATIONS(fc_check_measure(&input, &values, &err), values.kb < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_crop_has_the_eyes_level_and_apart),
        cmocka_unit_test(the_points_are_on_the_crop),
        cmocka_unit_test(a_known_mesh_is_measured_as_it_is),
        cmocka_unit_test(skin_is_the_face_without_its_openings),
        cmocka_unit_test(what_the_photo_does_not_show_is_no_face),
        cmocka_unit_test(a_mean_is_that_of_the_square),
        cmocka_unit_test(a_crop_survives_every_allocation_failure),
        cmocka_unit_test(without_matte_and_iris_their_measures_are_unknown),
        cmocka_unit_test(the_face_alone_is_measured_as_with_the_rest),
        cmocka_unit_test(a_crop_full_of_the_person_has_no_background),
        cmocka_unit_test(measuring_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("check/face_crop", tests, load, unload);
}
