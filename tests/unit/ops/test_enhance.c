#include "ops/enhance.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "ops/srgb.h"
#include "support/fc_test.h"
#include "support/pictures.h"

static fc_image *enhance(const fc_image *image, double scale, fc_enhance_strength strength,
                         fc_enhance_report *report)
{
    fc_error err = { 0 };
    FC_AUTO(fc_plane) matte = fc_test_matte(image->size, 1.0F);
    fc_image *out = NULL;
    ASSERT_OK(fc_enhance(image, matte, FC_TEST_FACE_BOX, scale, strength, &out, report, &err), err);
    return out;
}

/* Mean distance in Lab: 1 is about the smallest difference that a person sees side by side. */
static double mean_difference(const fc_image *a, const fc_image *b)
{
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    double sum = 0.0;
    for (int32_t y = 0; y < a->size.height; y++) {
        for (int32_t x = 0; x < a->size.width; x++) {
            const uint8_t *p = fc_image_row(a, y) + 3 * (ptrdiff_t)x;
            const uint8_t *q = fc_image_row(b, y) + 3 * (ptrdiff_t)x;
            const fc_lab u = fc_lab_from_linear(
                (fc_linear_rgb){ table.linear[p[0]], table.linear[p[1]], table.linear[p[2]] });
            const fc_lab v = fc_lab_from_linear(
                (fc_linear_rgb){ table.linear[q[0]], table.linear[q[1]], table.linear[q[2]] });
            sum += hypot(u.lightness - v.lightness, hypot(u.a - v.a, u.b - v.b));
        }
    }
    return sum / ((double)a->size.width * a->size.height);
}

static fc_image *scaled(const fc_image *image, double red, double green, double blue)
{
    fc_error err = { 0 };
    fc_image *copy = NULL;
    ASSERT_OK(fc_image_copy(image, &copy, &err), err);
    fc_srgb_table table;
    fc_srgb_table_init(&table);
    const double gains[3] = { red, green, blue };
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < 3 * image->size.width; i++) {
            uint8_t *level = fc_image_row(copy, y) + i;
            const double light = (double)table.linear[*level] * gains[i % 3];
            *level = (uint8_t)lround(255.0 * fc_srgb_encode(light));
        }
    }
    return copy;
}

/* Well exposed faces from very dark to very light skin. */
static void good_photos_of_all_skin_tones_come_out_nearly_unchanged(void **state)
{
    (void)state;
    const uint8_t skins[][3] = {
        { 70, 45, 33 }, { 110, 75, 55 }, { 150, 108, 82 }, { 190, 145, 120 }, { 230, 190, 170 }
    };
    for (size_t i = 0; i < sizeof skins / sizeof skins[0]; i++) {
        FC_AUTO(fc_image) face = fc_test_face(skins[i][0], skins[i][1], skins[i][2]);
        fc_enhance_report report = { 0 };
        FC_AUTO(fc_image) natural = enhance(face, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
        assert_true(report.stops == 0.0);
        assert_true(report.gains.red == 1.0 && report.gains.blue == 1.0);
        assert_true(mean_difference(face, natural) < 0.3);
    }
}

static void dark_photo_is_lifted_towards_the_good_one(void **state)
{
    (void)state;
    FC_AUTO(fc_image) good = fc_test_face(150, 108, 82);
    FC_AUTO(fc_image) dark = scaled(good, 0.35, 0.35, 0.35);
    fc_enhance_report report = { 0 };
    FC_AUTO(fc_image) natural = enhance(dark, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    assert_true(report.stops > 0.5);
    assert_true(mean_difference(natural, good) < 0.6 * mean_difference(dark, good));
    FC_AUTO(fc_image) strong = enhance(dark, 1.0, FC_ENHANCE_STRENGTH_STRONG, &report);
    assert_true(mean_difference(strong, good) < mean_difference(natural, good));
    assert_true(fc_test_burnt(strong) == 0.0);
}

static void tungsten_cast_is_reduced(void **state)
{
    (void)state;
    FC_AUTO(fc_image) good = fc_test_face(190, 145, 120);
    FC_AUTO(fc_image) cast = scaled(good, 1.15, 1.0, 0.45);
    fc_enhance_report report = { 0 };
    FC_AUTO(fc_image) natural = enhance(cast, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    assert_true(report.gains.blue > 1.1);
    assert_true(mean_difference(natural, good) < 0.75 * mean_difference(cast, good));
}

static void black_and_white_photo_stays_exactly_neutral(void **state)
{
    (void)state;
    FC_AUTO(fc_image) grey = fc_test_random((fc_size){ 160, 160 }, 20);
    for (int32_t y = 0; y < grey->size.height; y++) {
        uint8_t *pixel = fc_image_row(grey, y);
        for (int32_t x = 0; x < grey->size.width; x++, pixel += 3) {
            pixel[0] = (uint8_t)(60 + pixel[0] % 16);
            pixel[1] = pixel[0];
            pixel[2] = pixel[0];
        }
    }
    fc_enhance_report report = { 0 };
    FC_AUTO(fc_image) out = enhance(grey, 1.0, FC_ENHANCE_STRENGTH_STRONG, &report);
    assert_true(report.stops > 0.0 && report.denoise > 0.0);
    for (int32_t y = 0; y < out->size.height; y++) {
        const uint8_t *pixel = fc_image_row(out, y);
        for (int32_t x = 0; x < out->size.width; x++, pixel += 3) {
            assert_true(pixel[0] == pixel[1] && pixel[1] == pixel[2]);
        }
    }
}

static void noise_is_reduced_and_a_clean_photo_is_not_smoothed(void **state)
{
    (void)state;
    FC_AUTO(fc_image) face = fc_test_face(150, 108, 82);
    fc_enhance_report report = { 0 };
    FC_AUTO(fc_image) clean = enhance(face, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    assert_true(report.denoise == 0.0);
    assert_true(mean_difference(clean, face) < 0.3);
    FC_AUTO(fc_image) noisy = fc_test_face(150, 108, 82);
    fc_test_add_noise(noisy, 8.0, 21);
    FC_AUTO(fc_image) natural = enhance(noisy, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    assert_true(report.denoise > 0.5);
    assert_true(mean_difference(natural, face) < 0.5 * mean_difference(noisy, face));
}

/* Each pass must change less than the one before. */
static void repeating_does_not_run_away(void **state)
{
    (void)state;
    FC_AUTO(fc_image) good = fc_test_face(150, 108, 82);
    FC_AUTO(fc_image) first = scaled(good, 0.45, 0.35, 0.2);
    fc_enhance_report report = { 0 };
    FC_AUTO(fc_image) second = enhance(first, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    FC_AUTO(fc_image) third = enhance(second, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    FC_AUTO(fc_image) fourth = enhance(third, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &report);
    const double step = mean_difference(first, second);
    assert_true(mean_difference(second, third) < 0.6 * step);
    assert_true(mean_difference(third, fourth) < 0.4 * step);
}

static void enlarged_photo_is_sharpened_less(void **state)
{
    (void)state;
    FC_AUTO(fc_image) face = fc_test_face(150, 108, 82);
    fc_enhance_report usual = { 0 };
    fc_enhance_report enlarged = { 0 };
    FC_AUTO(fc_image) a = enhance(face, 1.0, FC_ENHANCE_STRENGTH_NATURAL, &usual);
    FC_AUTO(fc_image) b = enhance(face, 0.25, FC_ENHANCE_STRENGTH_NATURAL, &enlarged);
    assert_true(usual.sharpen > 0.0);
    assert_true(enlarged.sharpen < 0.3 * usual.sharpen);
    assert_true(mean_difference(face, b) <= mean_difference(face, a));
}

static void tiny_empty_and_invalid_mattes_are_survived(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 1, 1 }, { 3, 3 }, { 64, 1 }, { 64, 64 } };
    const float values[] = { 0.0F, 1.0F, NAN, INFINITY, -1.0F };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            FC_AUTO(fc_image) image = fc_test_random(sizes[i], 22);
            FC_AUTO(fc_plane) matte = fc_test_matte(sizes[i], values[j]);
            FC_AUTO(fc_image) out = NULL;
            fc_enhance_report report = { 0 };
            ASSERT_OK(fc_enhance(image, matte, (fc_box){ NAN, 0.0, 9.0, 9.0 }, 1e-9,
                                 FC_ENHANCE_STRENGTH_STRONG, &out, &report, &err),
                      err);
            assert_true(isfinite(report.stops) && isfinite(report.sharpen));
            assert_true(isfinite(report.gains.red) && isfinite(report.contrast));
        }
    }
}

static void scale_that_is_none_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 8, 8 };
    FC_AUTO(fc_image) image = fc_test_random(size, 23);
    FC_AUTO(fc_plane) matte = fc_test_matte(size, 1.0F);
    fc_image *out = NULL;
    fc_enhance_report report = { 0 };
    const double scales[] = { 0.0, -1.0, NAN, INFINITY };
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT,
                     fc_enhance(image, matte, FC_TEST_FACE_BOX, scales[i],
                                FC_ENHANCE_STRENGTH_NATURAL, &out, &report, &err),
                     err);
        assert_null(out);
    }
}

static void enhancing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = fc_test_face(150, 108, 82);
    fc_test_add_noise(image, 8.0, 24);
    FC_AUTO(fc_plane) matte = fc_test_matte(image->size, 1.0F);
    FC_AUTO(fc_image) out = NULL;
    fc_enhance_report report = { 0 };
    SWEEP_ALLOCATIONS(fc_enhance(image, matte, FC_TEST_FACE_BOX, 1.0, FC_ENHANCE_STRENGTH_NATURAL,
                                 &out, &report, &err),
                      out == NULL);
}

static void report_reads_as_one_line_and_is_cut_to_fit(void **state)
{
    (void)state;
    const fc_enhance_report report = { .stops = 0.75, .gains = { 1.0, 1.0, 1.2 } };
    char text[256];
    fc_enhance_describe(&report, text, sizeof text);
    assert_non_null(strstr(text, "exposure +0.75"));
    assert_null(strchr(text, '\n'));
    fc_enhance_describe(&report, text, 9);
    assert_string_equal(text, "exposure");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_photos_of_all_skin_tones_come_out_nearly_unchanged),
        cmocka_unit_test(dark_photo_is_lifted_towards_the_good_one),
        cmocka_unit_test(tungsten_cast_is_reduced),
        cmocka_unit_test(black_and_white_photo_stays_exactly_neutral),
        cmocka_unit_test(noise_is_reduced_and_a_clean_photo_is_not_smoothed),
        cmocka_unit_test(repeating_does_not_run_away),
        cmocka_unit_test(enlarged_photo_is_sharpened_less),
        cmocka_unit_test(tiny_empty_and_invalid_mattes_are_survived),
        cmocka_unit_test(scale_that_is_none_is_refused),
        cmocka_unit_test(enhancing_survives_every_allocation_failure),
        cmocka_unit_test(report_reads_as_one_line_and_is_cut_to_fit),
    };
    return cmocka_run_group_tests_name("ops/enhance", tests, NULL, NULL);
}
