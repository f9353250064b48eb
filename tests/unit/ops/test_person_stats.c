#include "ops/person_stats.h"

#include <math.h>

#include "support/fc_test.h"
#include "support/pictures.h"

static const fc_size SQUARE = { 64, 64 };
static const fc_box MIDDLE = { 8.0, 8.0, 48.0, 48.0 };

static void skin_is_measured_in_lab(void **state)
{
    (void)state;
    FC_AUTO(fc_image) face = fc_test_face(190, 140, 115);
    FC_AUTO(fc_plane) matte = fc_test_matte(face->size, 1.0F);
    const fc_person_stats stats = fc_person_measure(face, matte, FC_TEST_FACE_BOX);
    assert_true(stats.skin_samples > 1000);
    assert_true(fabs(stats.skin.lightness - 62.0) < 3.0);
    assert_true(fabs(stats.skin.a - 15.5) < 2.0);
    assert_true(fabs(stats.skin.b - 20.5) < 2.0);
    assert_true(stats.skin_spread < 3.0);
    assert_false(stats.monochrome);
    assert_true(stats.face_burnt == 0.0);
}

/* The original service counted the black around the person, and brightened nearly everything. */
static void background_does_not_count(void **state)
{
    (void)state;
    FC_AUTO(fc_image) dark = fc_test_flat(SQUARE, 0, 0, 0);
    FC_AUTO(fc_image) light = fc_test_flat(SQUARE, 255, 255, 255);
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 0.0F);
    for (int32_t y = 16; y < 48; y++) {
        for (int32_t x = 16; x < 48; x++) {
            fc_plane_row(matte, y)[x] = 1.0F;
            for (int32_t c = 0; c < 3; c++) {
                fc_image_row(dark, y)[3 * x + c] = (uint8_t)(90 + 10 * c);
                fc_image_row(light, y)[3 * x + c] = (uint8_t)(90 + 10 * c);
            }
        }
    }
    const fc_person_stats a = fc_person_measure(dark, matte, MIDDLE);
    const fc_person_stats b = fc_person_measure(light, matte, MIDDLE);
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(a.person_samples, 32 * 32);
}

static void grey_photo_is_monochrome(void **state)
{
    (void)state;
    FC_AUTO(fc_image) grey = fc_test_flat(SQUARE, 120, 121, 119);
    FC_AUTO(fc_image) tinted = fc_test_flat(SQUARE, 130, 120, 110);
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 1.0F);
    assert_true(fc_person_measure(grey, matte, MIDDLE).monochrome);
    assert_false(fc_person_measure(tinted, matte, MIDDLE).monochrome);
}

static void without_a_person_everything_is_zero(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_random(SQUARE, 1);
    const float mattes[] = { 0.0F, 0.5F, NAN };
    for (size_t i = 0; i < sizeof mattes / sizeof mattes[0]; i++) {
        FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, mattes[i]);
        const fc_person_stats stats = fc_person_measure(image, matte, MIDDLE);
        assert_int_equal(stats.person_samples, 0);
        assert_int_equal(stats.face_samples, 0);
        assert_true(stats.bright == 0.0);
    }
}

static void face_outside_the_canvas_has_no_samples(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_random(SQUARE, 2);
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 1.0F);
    const fc_box boxes[] = { { 0 },
                             { 1e9, 1e9, 5.0, 5.0 },
                             { -90.0, -90.0, 20.0, 20.0 },
                             { NAN, NAN, NAN, NAN },
                             { 10.0, 10.0, -5.0, -5.0 } };
    for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
        const fc_person_stats stats = fc_person_measure(image, matte, boxes[i]);
        assert_true(stats.person_samples > 0);
        assert_int_equal(stats.face_samples, 0);
        assert_int_equal(stats.skin_samples, 0);
    }
}

static void burnt_skin_tells_nothing_about_colour(void **state)
{
    (void)state;
    FC_AUTO(fc_image) image = fc_test_flat(SQUARE, 255, 230, 220);
    FC_AUTO(fc_plane) matte = fc_test_matte(SQUARE, 1.0F);
    const fc_person_stats stats = fc_person_measure(image, matte, MIDDLE);
    assert_true(stats.face_burnt == 1.0);
    assert_int_equal(stats.skin_samples, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(skin_is_measured_in_lab),
        cmocka_unit_test(background_does_not_count),
        cmocka_unit_test(grey_photo_is_monochrome),
        cmocka_unit_test(without_a_person_everything_is_zero),
        cmocka_unit_test(face_outside_the_canvas_has_no_samples),
        cmocka_unit_test(burnt_skin_tells_nothing_about_colour),
    };
    return cmocka_run_group_tests_name("ops/person_stats", tests, NULL, NULL);
}
