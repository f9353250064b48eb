#include "models/landmarks.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_predictor.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/pictures.h"

#define MODEL_PATH "models/shape_predictor_68_face_landmarks.dat"

/* A decoder that differs by a level here and there moves single samples, and so a point by up to
 * this much; on the same pixels the points agree to 1e-5 px. */
#define TOLERANCE_PX 0.01

static fc_landmark_model *make_tiny_model(int cascades)
{
    fc_error err = { 0 };
    fc_predictor predictor = FC_PREDICTOR;
    predictor.cascades = cascades;
    FC_AUTO_BUFFER(file, (size_t)1 << 20);
    fc_predictor_write(&predictor, &file);
    fc_landmark_model *model = NULL;
    ASSERT_OK(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), err);
    return model;
}

/* 33 x 33, black but for the pixel under point 0, whose share of the box is (0, 0). */
static fc_image *make_corner(uint8_t level)
{
    fc_error err = { 0 };
    fc_image *grey = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 33, 33 }, 1, &grey, &err), err);
    memset(grey->data, 0, grey->stride * 33);
    grey->data[0] = level;
    return grey;
}

static const fc_box WHOLE = { 0, 0, 33, 33 };

static void only_a_greater_difference_goes_left(void **state)
{
    (void)state;
    FC_AUTO(fc_landmark_model) model = make_tiny_model(1);
    FC_AUTO(fc_image) above = make_corner(11);
    FC_AUTO(fc_image) equal = make_corner(10);
    fc_point points[FC_LANDMARK_COUNT];
    fc_landmark_model_find(model, above, WHOLE, 0, points); /* leaf 0 stays where it is */
    assert_true(points[67].x == 32 * 3 / 8.0 && points[67].y == 32);
    fc_landmark_model_find(model, equal, WHOLE, 0, points); /* leaf 15 moves by 15/16 of the box */
    assert_true(points[67].x == 32 * (3 / 8.0 + 15 / 16.0) && points[67].y == 32);
}

/* After the first cascade point 0 lies at 30 px: the second one sees the pixel there. */
static void samples_move_with_the_shape(void **state)
{
    (void)state;
    FC_AUTO(fc_landmark_model) model = make_tiny_model(2);
    FC_AUTO(fc_image) grey = make_corner(0);
    fc_point points[FC_LANDMARK_COUNT];
    grey->data[30] = 255;
    fc_landmark_model_find(model, grey, WHOLE, 0, points);
    assert_true(points[0].x == 30);
    grey->data[30] = 0;
    fc_landmark_model_find(model, grey, WHOLE, 0, points);
    assert_true(points[0].x == 60);
}

/* The corner that the turned box begins at is the upper right one; its x runs down. */
static void a_turned_box_gives_turned_points(void **state)
{
    (void)state;
    FC_AUTO(fc_landmark_model) model = make_tiny_model(1);
    FC_AUTO(fc_image) grey = make_corner(0);
    fc_point points[FC_LANDMARK_COUNT];
    grey->data[32] = 11;
    fc_landmark_model_find(model, grey, WHOLE, M_PI / 2, points);
    assert_float_equal(points[67].x, 0, 1e-9);
    assert_float_equal(points[67].y, 32 * 3 / 8.0, 1e-9);
}

static void colours_count_as_their_grey(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_landmark_model) model = make_tiny_model(1);
    FC_AUTO(fc_image) picture = NULL;
    fc_point points[FC_LANDMARK_COUNT];
    ASSERT_OK(fc_image_new((fc_size){ 33, 33 }, 3, &picture, &err), err);
    memset(picture->data, 0, picture->stride * 33);
    picture->data[1] = 17; /* green: 9.98, grey 10 */
    fc_landmark_model_find(model, picture, WHOLE, 0, points);
    assert_true(points[67].x == 32 * (3 / 8.0 + 15 / 16.0));
    picture->data[1] = 19; /* 11.2 */
    fc_landmark_model_find(model, picture, WHOLE, 0, points);
    assert_true(points[67].x == 32 * 3 / 8.0);
}

static void a_box_outside_the_picture_reads_no_pixel(void **state)
{
    (void)state;
    FC_AUTO(fc_landmark_model) model = make_tiny_model(2);
    FC_AUTO(fc_image) grey = make_corner(255);
    static const fc_box BOXES[] = {
        { -1000, 0, 33, 33 }, { 0, 1e300, 33, 33 }, { 0, 0, INFINITY, 1 }, { NAN, 0, 33, 33 }
    };
    fc_point points[FC_LANDMARK_COUNT];
    for (size_t i = 0; i < sizeof BOXES / sizeof BOXES[0]; i++) {
        fc_landmark_model_find(model, grey, BOXES[i], 0, points);
    }
}

static fc_landmark_model *read_real_model(void)
{
    if (access(MODEL_PATH, R_OK) != 0) {
        print_message("%s is not here: run tools/fetch --with dlib\n", MODEL_PATH);
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    fc_landmark_model *model = NULL;
    ASSERT_OK(fc_mapping_new(MODEL_PATH, (size_t)1 << 30, &file, &err), err);
    ASSERT_OK(fc_landmark_model_new(file->bytes, &model, &err), err);
    return model;
}

static fc_box read_box(const json_t *box)
{
    double left;
    double top;
    double right;
    double bottom;
    assert_int_equal(json_unpack((json_t *)(uintptr_t)box, "{s:F, s:F, s:F, s:F}", "left", &left,
                                 "top", &top, "right", &right, "bottom", &bottom),
                     0);
    return (fc_box){ left, top, right - left + 1, bottom - top + 1 };
}

/* Largest distance of a coordinate from the golden one, px. */
static double distance_from(const json_t *golden, const fc_point *points)
{
    assert_int_equal(json_array_size(golden), FC_LANDMARK_COUNT);
    double largest = 0;
    for (size_t i = 0; i < FC_LANDMARK_COUNT; i++) {
        const json_t *point = json_array_get(golden, i);
        const double x = json_number_value(json_array_get(point, 0));
        const double y = json_number_value(json_array_get(point, 1));
        largest = fmax(largest, fmax(fabs(points[i].x - x), fabs(points[i].y - y)));
    }
    return largest;
}

static void round_as_dlib_does(fc_point *points)
{
    for (int i = 0; i < FC_LANDMARK_COUNT; i++) {
        points[i] = (fc_point){ floor(points[i].x + 0.5), floor(points[i].y + 0.5) };
    }
}

/* All shapes of a golden file: its exact points where it has them, else dlib's rounded ones.
 * Returns the largest distance. */
static double compare_with_golden(const fc_landmark_model *model, const char *photo_path,
                                  const char *golden_path)
{
    json_t *golden = json_load_file(golden_path, 0, NULL);
    assert_non_null(golden);
    FC_AUTO(fc_image) photo = fc_photo_read(photo_path);
    FC_AUTO(fc_image) grey = fc_test_grey(photo);

    double largest = 0;
    const json_t *shapes = json_object_get(golden, "shapes");
    assert_true(json_array_size(shapes) > 0);
    for (size_t i = 0; i < json_array_size(shapes); i++) {
        const json_t *shape = json_array_get(shapes, i);
        const json_t *exact = json_object_get(shape, "landmarks");
        const json_t *rounded = json_object_get(shape, "dlib_integer");
        fc_point points[FC_LANDMARK_COUNT];
        fc_landmark_model_find(model, grey, read_box(json_object_get(shape, "box")), 0, points);
        if (exact == NULL) {
            round_as_dlib_does(points);
        }
        largest = fmax(largest, distance_from(exact != NULL ? exact : rounded, points));
    }
    json_decref(golden);
    return largest;
}

/* A PNG is decoded alike everywhere, so dlib's own whole numbers come out. */
static void the_astronaut_gets_dlibs_points(void **state)
{
    (void)state;
    FC_AUTO(fc_landmark_model) model = read_real_model();
    assert_true(compare_with_golden(model, "tests/data/astronaut.png",
                                    "tests/data/astronaut_landmarks.json") == 0);
}

static void golden_photos_get_dlibs_points(void **state)
{
    (void)state;
    if (fc_test_shared_dir() == NULL) {
        skip();
    }
    FC_AUTO(fc_landmark_model) model = read_real_model();
    for (int i = 1; i <= 12; i++) {
        char photo[1024];
        char golden[1024];
        (void)snprintf(photo, sizeof photo, "%s/golden/photos/p%02d.jpg", fc_test_shared_dir(), i);
        (void)snprintf(golden, sizeof golden, "%s/golden/landmarks/p%02d.json",
                       fc_test_shared_dir(), i);
        const double distance = compare_with_golden(model, photo, golden);
        if (distance > TOLERANCE_PX) {
            fail_msg("p%02d: %g px from dlib's points; does the decoder give other pixels?", i,
                     distance);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_greater_difference_goes_left),
        cmocka_unit_test(samples_move_with_the_shape),
        cmocka_unit_test(a_turned_box_gives_turned_points),
        cmocka_unit_test(colours_count_as_their_grey),
        cmocka_unit_test(a_box_outside_the_picture_reads_no_pixel),
        cmocka_unit_test(the_astronaut_gets_dlibs_points),
        cmocka_unit_test(golden_photos_get_dlibs_points),
    };
    return cmocka_run_group_tests_name("models/landmarks", tests, NULL, NULL);
}
