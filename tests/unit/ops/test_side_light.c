#include "ops/side_light.h"

#include <math.h>
#include <string.h>

#include "ops/srgb.h"
#include "ops/warp.h"
#include "support/fc_test.h"
#include "support/photo_file.h"
#include "support/pictures.h"

/* A public photo around its face, which then lies in the middle. */
#define SIDE 320
static const fc_box FACE = { 80, 80, 160, 160 };

typedef struct portrait {
    const char *path;
    double left; /* of the face's box in the photo */
    double top;
    double side;
} portrait;

static const portrait PORTRAITS[] = {
    { "tests/data/official_portrait.jpg", 366, 143, 259 },
    { "tests/data/astronaut.png", 175, 74, 99 },
};

static fc_image *read_portrait(const portrait *from)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) photo = fc_photo_read(from->path);
    FC_AUTO(fc_plane) coverage = NULL;
    fc_image *canvas = NULL;
    const double scale = from->side / FACE.width;
    const fc_similarity to_photo = { scale, 0, from->left - FACE.x * scale,
                                     from->top - FACE.y * scale };
    ASSERT_OK(fc_warp(photo, to_photo, (fc_size){ SIDE, SIDE }, &canvas, &coverage, &err), err);
    return canvas;
}

static double across_of(int32_t x)
{
    return (x + 0.5 - FACE.x - FACE.width / 2) / (FACE.width / 2);
}

/* The same under a light that grows by so many stops for each half width of the face. */
static fc_image *lit(const fc_image *from, const double stops[3])
{
    fc_error err = { 0 };
    fc_image *copy = NULL;
    ASSERT_OK(fc_image_copy(from, &copy, &err), err);
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    for (int32_t y = 0; y < from->size.height; y++) {
        for (int32_t i = 0; i < 3 * from->size.width; i++) {
            const double across = fmin(fmax(across_of(i / 3), -1.3), 1.3);
            uint8_t *level = fc_image_row(copy, y) + i;
            const double light = (double)table.linear[*level] * exp2(stops[i % 3] * across);
            *level = (uint8_t)lround(255.0 * fc_srgb_encode(light));
        }
    }
    return copy;
}

static fc_side_light even(fc_image *canvas)
{
    FC_AUTO(fc_plane) matte = fc_test_matte(canvas->size, 1.0F);
    const fc_side_light light = fc_side_light_measure(canvas, matte, FACE);
    if (fc_side_light_acts(&light)) {
        fc_side_light_even_in_place(&light, matte, FACE, canvas);
    }
    return light;
}

/* Stops between two pictures of one face, for each half width, of one channel. */
static double slope_between(const fc_image *a, const fc_image *b, int32_t channel)
{
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    double product = 0;
    double square = 0;
    for (int32_t y = 110; y < 220; y++) {
        for (int32_t x = 112; x < 208; x++) {
            const uint8_t p = fc_image_row(a, y)[3 * x + channel];
            const uint8_t q = fc_image_row(b, y)[3 * x + channel];
            if (p > 8 && q > 8 && p < 250 && q < 250) {
                const double stops = log2((double)table.linear[p] / (double)table.linear[q]);
                product += stops * across_of(x);
                square += across_of(x) * across_of(x);
            }
        }
    }
    return product / square;
}

static void good_photos_and_even_faces_of_all_skin_tones_are_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PORTRAITS / sizeof PORTRAITS[0]; i++) {
        FC_AUTO(fc_image) canvas = read_portrait(&PORTRAITS[i]);
        const fc_side_light light = even(canvas);
        assert_false(fc_side_light_acts(&light));
        assert_true(fabs(light.stops) > 0.1); /* the photographer's own light */
    }
    const uint8_t skins[][3] = { { 70, 45, 33 }, { 150, 108, 82 }, { 230, 190, 170 } };
    for (size_t i = 0; i < sizeof skins / sizeof skins[0]; i++) {
        FC_AUTO(fc_image) face = fc_test_face(skins[i][0], skins[i][1], skins[i][2]);
        FC_AUTO(fc_plane) matte = fc_test_matte(face->size, 1.0F);
        const fc_side_light light = fc_side_light_measure(face, matte, FC_TEST_FACE_BOX);
        assert_false(fc_side_light_acts(&light));
    }
}

/* From either side, on either photo; one of them adds to the photographer's own light. */
static void of_a_light_from_one_side_more_than_half_is_taken_away(void **state)
{
    (void)state;
    double laid = 0;
    double left = 0;
    for (size_t i = 0; i < sizeof PORTRAITS / sizeof PORTRAITS[0]; i++) {
        FC_AUTO(fc_image) canvas = read_portrait(&PORTRAITS[i]);
        for (int sign = -1; sign <= 1; sign += 2) {
            const double stops[3] = { 1.4 * sign, 1.4 * sign, 1.4 * sign };
            FC_AUTO(fc_image) image = lit(canvas, stops);
            laid += fabs(slope_between(image, canvas, 1));
            (void)even(image);
            left += fabs(slope_between(image, canvas, 1));
        }
    }
    assert_true(laid > 4 * 1.2);
    assert_true(left < 0.5 * laid);
}

static void of_two_lights_of_different_colour_more_than_half_is_taken_away(void **state)
{
    (void)state;
    double laid = 0;
    double left = 0;
    for (size_t i = 0; i < sizeof PORTRAITS / sizeof PORTRAITS[0]; i++) {
        FC_AUTO(fc_image) canvas = read_portrait(&PORTRAITS[i]);
        for (int sign = -1; sign <= 1; sign += 2) {
            const double stops[3] = { -0.6 * sign, 0, 0.8 * sign };
            FC_AUTO(fc_image) image = lit(canvas, stops);
            laid += fabs(slope_between(image, canvas, 2) - slope_between(image, canvas, 0));
            const fc_side_light light = even(image);
            assert_true(light.tint_share > 0);
            left += fabs(slope_between(image, canvas, 2) - slope_between(image, canvas, 0));
        }
    }
    assert_true(left < 0.5 * laid);
}

static void a_black_and_white_face_stays_without_colour(void **state)
{
    (void)state;
    FC_AUTO(fc_image) canvas = read_portrait(&PORTRAITS[0]);
    for (int32_t y = 0; y < SIDE; y++) {
        uint8_t *pixel = fc_image_row(canvas, y);
        for (int32_t x = 0; x < SIDE; x++, pixel += 3) {
            pixel[0] = pixel[2] = pixel[1];
        }
    }
    FC_AUTO(fc_image) image = lit(canvas, (const double[]){ -1.5, -1.5, -1.5 });
    const fc_side_light light = even(image);
    assert_true(light.share > 0.3);
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *pixel = fc_image_row(image, y);
        for (int32_t x = 0; x < SIDE; x++, pixel += 3) {
            assert_true(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        }
    }
}

static void nothing_changes_beside_the_person_and_far_from_the_face(void **state)
{
    (void)state;
    FC_AUTO(fc_image) canvas = read_portrait(&PORTRAITS[0]);
    FC_AUTO(fc_image) image = lit(canvas, (const double[]){ -1.5, -1.5, -1.5 });
    FC_AUTO(fc_image) before = NULL;
    fc_error err = { 0 };
    ASSERT_OK(fc_image_copy(image, &before, &err), err);
    FC_AUTO(fc_plane) matte = fc_test_matte(image->size, 1.0F);
    for (int32_t y = 0; y < SIDE; y++) {
        memset(fc_plane_row(matte, y), 0, 100 * sizeof(float));
    }
    const fc_side_light light = { .share = 1, .across = { 3, 3, 3 } };
    fc_side_light_even_in_place(&light, matte, FACE, image);
    assert_true(fc_test_largest_difference(before, image) > 20);
    for (int32_t y = 0; y < SIDE; y++) {
        const uint8_t *was = fc_image_row(before, y);
        const uint8_t *is = fc_image_row(image, y);
        assert_memory_equal(was, is, 3 * 100);
        assert_memory_equal(was + 3 * 319, is + 3 * 319, 3);
    }
}

static void what_cannot_be_measured_is_left_alone(void **state)
{
    (void)state;
    FC_AUTO(fc_image) canvas = fc_test_random((fc_size){ 64, 64 }, 3);
    FC_AUTO(fc_plane) all = fc_test_matte(canvas->size, 1.0F);
    FC_AUTO(fc_plane) none = fc_test_matte(canvas->size, 0.0F);
    const fc_box boxes[] = { { 0 }, { -500, 20, 40, 40 }, { 44, 10, 40, 40 }, { 10, 10, -5, 4 } };
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        const fc_side_light light = fc_side_light_measure(canvas, all, boxes[i]);
        assert_false(fc_side_light_acts(&light));
    }
    const fc_side_light light = fc_side_light_measure(canvas, none, (fc_box){ 10, 10, 40, 40 });
    assert_false(fc_side_light_acts(&light));
    assert_true(light.stops == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_photos_and_even_faces_of_all_skin_tones_are_left_alone),
        cmocka_unit_test(of_a_light_from_one_side_more_than_half_is_taken_away),
        cmocka_unit_test(of_two_lights_of_different_colour_more_than_half_is_taken_away),
        cmocka_unit_test(a_black_and_white_face_stays_without_colour),
        cmocka_unit_test(nothing_changes_beside_the_person_and_far_from_the_face),
        cmocka_unit_test(what_cannot_be_measured_is_left_alone),
    };
    return cmocka_run_group_tests_name("ops/side_light", tests, NULL, NULL);
}
