#include "models/landmarks.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "models/landmarks_private.h"
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

#define FILE_BYTES_MAX ((size_t)1 << 20)

static void a_model_comes_out_as_it_was_written(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_predictor predictor = FC_PREDICTOR;
    predictor.cascades = 2;
    predictor.trees = 3;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), err);
    assert_int_equal(model->cascade_count, 2);
    assert_int_equal(model->tree_count, 3);
    assert_int_equal(model->pixel_count, 2);
    assert_true(model->initial[2 * 67] == 3 / 8.0F);
    assert_true(model->initial[2 * 67 + 1] == 1.0F);
    const fc_landmark_split *last = &model->splits[2 * 3 * FC_LANDMARK_SPLITS - 1];
    assert_int_equal(last->pixel_a, 0);
    assert_int_equal(last->pixel_b, 1);
    assert_true(last->threshold == 10.0F);
    const size_t leaf = 2 * 3 * FC_LANDMARK_LEAVES - 1;
    assert_true(model->leaves[leaf * FC_LANDMARK_COORDINATES] == 15 / 16.0F);
    assert_true(model->leaves[leaf * FC_LANDMARK_COORDINATES + 1] == 0.0F);
    assert_int_equal(model->anchors[3], 67);
}

static void assert_refused(const fc_predictor *predictor, const char *reason)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(predictor, &file);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err),
                 err);
    assert_null(model);
    if (strstr(err.text, reason) == NULL) {
        fail_msg("expected \"%s\" in \"%s\"", reason, err.text);
    }
}

static void another_kind_of_model_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        size_t field;
        int value;
        const char *reason;
    } CASES[] = {
        { offsetof(fc_predictor, version), 2, "no version 1" },
        { offsetof(fc_predictor, coordinates), 10, "another number of points" },
        { offsetof(fc_predictor, splits), 31, "another depth" },
        { offsetof(fc_predictor, leaves), 17, "another depth" },
        { offsetof(fc_predictor, cascades), 0, "cascades outside 1..64" },
        { offsetof(fc_predictor, cascades), -5, "cascades outside 1..64" },
        { offsetof(fc_predictor, cascades), 65, "cascades outside 1..64" },
        { offsetof(fc_predictor, trees), 0, "trees outside 1..4096" },
        { offsetof(fc_predictor, pixels), 0, "pixels outside 1..1024" },
        { offsetof(fc_predictor, pixels), 1025, "pixels outside 1..1024" },
        { offsetof(fc_predictor, pixel_a), 2, "a pixel that is not sampled" },
        { offsetof(fc_predictor, pixel_a), 1024, "pixel that cannot be" },
        { offsetof(fc_predictor, anchor_of_1), 68, "no such anchor" },
        { offsetof(fc_predictor, threshold), 1025, "outside +-1024" },
        { offsetof(fc_predictor, exponent), 32000, "not finite" },
        { offsetof(fc_predictor, exponent), -200, "without extent" },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_predictor predictor = FC_PREDICTOR;
        memcpy((char *)&predictor + CASES[i].field, &CASES[i].value, sizeof CASES[i].value);
        assert_refused(&predictor, CASES[i].reason);
    }
}

static void a_file_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    fc_landmark_model *model = NULL;
    for (size_t size = 0; size < file.size; size++) {
        /* A copy of its own, so that a read beyond its end is seen by the address sanitizer. */
        void *copy = NULL;
        ASSERT_OK(fc_memory_new(size, 1, &copy, &err), err);
        memcpy(copy, file.data, size);
        const fc_bytes bytes = { copy, size };
        ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(bytes, &model, &err), err);
        fc_memory_free(copy);
    }
    assert_null(model);
}

static void bytes_after_the_end_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    ASSERT_OK(fc_buffer_append(&file, "", 1, &err), err);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err),
                 err);
    assert_non_null(strstr(err.text, "after the last number"));
}

/* 64 x 4096 trees would take 2.3 GB: such a file of 555 bytes must not be believed. */
static void announced_trees_take_no_memory(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_predictor predictor = FC_PREDICTOR;
    predictor.cascades = 64;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX << 4);
    fc_predictor_write(&predictor, &file);
    const size_t head = 2 + 2 + 2 + 136 * 4; /* version, initial shape */
    assert_memory_equal(file.data + head, "\x01\x40\x01\x01", 4);
    FC_AUTO_BUFFER(lie, FILE_BYTES_MAX);
    ASSERT_OK(fc_buffer_append(&lie, file.data, head, &err), err);
    ASSERT_OK(fc_buffer_append(&lie, "\x01\x40\x02\x00\x10", 5, &err), err);
    fc_landmark_model *model = NULL;
    ASSERT_FAILS(FC_MODEL_UNAVAILABLE, fc_landmark_model_new(fc_buffer_bytes(&lie), &model, &err),
                 err);
    assert_non_null(strstr(err.text, "more trees announced"));
}

/* The plain reference: one number after the other, without any checks. */
static int64_t plain_integer(const uint8_t **at)
{
    const uint8_t *number = *at;
    const int size = number[0] & 0x0F;
    int64_t magnitude = 0;
    for (int i = size; i > 0; i--) {
        magnitude = magnitude << 8 | number[i];
    }
    *at += 1 + size;
    return (number[0] & 0x80) != 0 ? -magnitude : magnitude;
}

static void assert_reals(const uint8_t **at, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const int64_t mantissa = plain_integer(at);
        const int64_t exponent = plain_integer(at);
        const float wanted = (float)ldexp((double)mantissa, (int)exponent);
        assert_memory_equal(&values[i], &wanted, sizeof wanted);
    }
}

static void reals_of_every_length_come_out_exact(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(plain, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &plain);
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    const size_t head = 2 + 2 + 2;
    ASSERT_OK(fc_buffer_append(&file, plain.data, head, &err), err);
    for (int i = 0; i < FC_LANDMARK_COORDINATES; i++) {
        static const uint8_t EXPONENTS[] = { 14, 15, 24, 125, 126, 127, 130, 13, 20 };
        const uint8_t exponent = EXPONENTS[i % 9];
        const int bytes = exponent == 13 ? 2 : i % 31 == 30 ? 1 : 3;
        const uint8_t number[] = { (uint8_t)(bytes | (i % 2 != 0 ? 0x80 : 0)),
                                   (uint8_t)(i * 37 + 1), (uint8_t)(i * 91), 0xFF };
        const uint8_t power[] = { 0x81, exponent };
        ASSERT_OK(fc_buffer_append(&file, number, (size_t)bytes + 1, &err), err);
        ASSERT_OK(fc_buffer_append(&file, power, sizeof power, &err), err);
    }
    const size_t column = (size_t)FC_LANDMARK_COORDINATES * 4;
    ASSERT_OK(fc_buffer_append(&file, plain.data + head + column, plain.size - head - column, &err),
              err);
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), err);
    const uint8_t *at = file.data + head;
    assert_reals(&at, model->initial, FC_LANDMARK_COORDINATES);
}

static void the_published_file_comes_out_as_the_plain_reference_reads_it(void **state)
{
    (void)state;
    static const char PATH[] = "models/shape_predictor_68_face_landmarks.dat";
    if (access(PATH, R_OK) != 0) {
        print_message("%s is not here: run tools/fetch --with dlib\n", PATH);
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    FC_AUTO(fc_landmark_model) model = NULL;
    ASSERT_OK(fc_mapping_new(PATH, (size_t)1 << 28, &file, &err), err);
    ASSERT_OK(fc_landmark_model_load(file, &model, &err), err);
    const uint8_t *at = file->bytes.data + 2 + 2 + 2;
    assert_reals(&at, model->initial, FC_LANDMARK_COORDINATES);
    assert_int_equal(plain_integer(&at), model->cascade_count);
    const fc_landmark_split *split = model->splits;
    const float *leaf = model->leaves;
    for (int32_t i = 0; i < model->cascade_count * model->tree_count; i++) {
        if (i % model->tree_count == 0) {
            assert_int_equal(plain_integer(&at), model->tree_count);
        }
        (void)plain_integer(&at);
        for (int j = 0; j < FC_LANDMARK_SPLITS; j++, split++) {
            assert_int_equal(plain_integer(&at), split->pixel_a);
            assert_int_equal(plain_integer(&at), split->pixel_b);
            assert_reals(&at, &split->threshold, 1);
        }
        (void)plain_integer(&at);
        for (int j = 0; j < FC_LANDMARK_LEAVES; j++, leaf += FC_LANDMARK_COORDINATES) {
            (void)plain_integer(&at);
            (void)plain_integer(&at);
            assert_reals(&at, leaf, FC_LANDMARK_COORDINATES);
        }
    }
}

static void reading_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_predictor predictor = FC_PREDICTOR;
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    fc_predictor_write(&predictor, &file);
    FC_AUTO(fc_landmark_model) model = NULL;
    SWEEP_ALLOCATIONS(fc_landmark_model_new(fc_buffer_bytes(&file), &model, &err), model == NULL);
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
        cmocka_unit_test(a_model_comes_out_as_it_was_written),
        cmocka_unit_test(another_kind_of_model_is_refused_with_the_reason),
        cmocka_unit_test(a_file_cut_short_anywhere_is_refused),
        cmocka_unit_test(bytes_after_the_end_are_refused),
        cmocka_unit_test(announced_trees_take_no_memory),
        cmocka_unit_test(reals_of_every_length_come_out_exact),
        cmocka_unit_test(the_published_file_comes_out_as_the_plain_reference_reads_it),
        cmocka_unit_test(reading_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("models/landmarks", tests, NULL, NULL);
}
