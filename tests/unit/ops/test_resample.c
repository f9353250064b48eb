#include "ops/resample.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static fc_box whole(const fc_image *image)
{
    return (fc_box){ 0, 0, image->size.width, image->size.height };
}

static double kernel(double distance)
{
    const double d = fabs(distance);
    if (d < 1) {
        return 1.5 * d * d * d - 2.5 * d * d + 1;
    }
    return d < 2 ? -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2 : 0;
}

static int clamp_int(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* One value of the result, summed over both axes at once, in doubles. */
static double slow_value(const fc_image *source, fc_point centre, fc_point scale, int32_t channel)
{
    const double across = fmax(scale.x, 1);
    const double down = fmax(scale.y, 1);
    double sum = 0;
    double total = 0;
    for (int y = (int)floor(centre.y - 2 * down) - 1; y <= centre.y + 2 * down + 1; y++) {
        const uint8_t *row = fc_image_row(source, clamp_int(y, 0, source->size.height - 1));
        for (int x = (int)floor(centre.x - 2 * across) - 1; x <= centre.x + 2 * across + 1; x++) {
            const double weight =
                kernel((x + 0.5 - centre.x) / across) * kernel((y + 0.5 - centre.y) / down);
            sum +=
                weight * row[clamp_int(x, 0, source->size.width - 1) * source->channels + channel];
            total += weight;
        }
    }
    return fmin(fmax(sum / total, 0), 255);
}

/* Largest difference, in levels; 0.5 is perfect rounding. */
static double difference(const fc_image *source, fc_box region, const fc_image *result)
{
    const fc_point scale = { region.width / result->size.width,
                             region.height / result->size.height };
    double largest = 0;
    for (int32_t y = 0; y < result->size.height; y++) {
        for (int32_t i = 0; i < result->size.width * result->channels; i++) {
            const fc_point centre = { region.x + (i / result->channels + 0.5) * scale.x,
                                      region.y + (y + 0.5) * scale.y };
            const double value = slow_value(source, centre, scale, i % result->channels);
            largest = fmax(largest, fabs(value - fc_image_row(result, y)[i]));
        }
    }
    return largest;
}

static void any_region_and_size_agree_with_the_slow_sum(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t seed = 21;
    for (int round = 0; round < 45; round++) {
        const int32_t channels = (const int32_t[]){ 1, 3, 4 }[round % 3];
        const fc_size from = { 2 + (int32_t)(fc_pattern_random(&seed) % 60),
                               2 + (int32_t)(fc_pattern_random(&seed) % 60) };
        const fc_size to = { 9 + (int32_t)(fc_pattern_random(&seed) % 60),
                             9 + (int32_t)(fc_pattern_random(&seed) % 60) };
        FC_AUTO(fc_image) source = fc_pattern_noise(from, channels, seed);
        const double left = from.width * (fc_pattern_random(&seed) / 4294967296.0) * 0.8;
        const double top = from.height * (fc_pattern_random(&seed) / 4294967296.0) * 0.8;
        const fc_box region = { left, top, (from.width - left) * 0.9, (from.height - top) * 0.9 };
        FC_AUTO(fc_image) result = NULL;
        ASSERT_OK(fc_resample(source, region, to, &result, &err), err);
        assert_true(difference(source, region, result) < 0.51);
    }
}

/* Block means come first here: another filter, but it must not stray from the slow sum. */
static void a_strong_shrink_stays_close_to_the_slow_sum(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 520, 400 }, 40);
    FC_AUTO(fc_image) result = NULL;
    const fc_box region = { 3.3, 1.7, 500, 380 };
    ASSERT_OK(fc_resample(source, region, (fc_size){ 50, 40 }, &result, &err), err);
    assert_true(difference(source, region, result) < 6);
}

static void whole_pixels_at_their_own_size_are_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 90, 70 }, 3, 2);
    FC_AUTO(fc_image) copy = NULL;
    ASSERT_OK(fc_resample(source, (fc_box){ 11, 5, 60, 50 }, (fc_size){ 60, 50 }, &copy, &err),
              err);
    for (int32_t y = 0; y < 50; y++) {
        assert_memory_equal(fc_image_row(copy, y), fc_image_row(source, y + 5) + 33, 180);
    }
}

static void one_colour_stays_that_colour(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int value = 0; value <= 255; value += 51) {
        FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 333, 200 }, 3, (uint8_t)value);
        const fc_size sizes[] = { { 20, 12 }, { 100, 199 }, { 500, 450 } };
        for (size_t i = 0; i < 3; i++) {
            FC_AUTO(fc_image) result = NULL;
            FC_AUTO(fc_image) expected = fc_pattern_flat(sizes[i], 3, (uint8_t)value);
            ASSERT_OK(fc_resample(source, whole(source), sizes[i], &result, &err), err);
            fc_pattern_assert_alike(result, expected, 0);
        }
    }
}

static void the_mean_brightness_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 400, 400 }, 8);
    const fc_size sizes[] = { { 25, 40 }, { 133, 140 }, { 700, 650 } };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_image) result = NULL;
        ASSERT_OK(fc_resample(source, whole(source), sizes[i], &result, &err), err);
        assert_true(fabs(fc_pattern_mean(result) - fc_pattern_mean(source)) < 0.3);
    }
}

/* Rings finer than the result's pixels must vanish in grey instead of coming back as others. */
static void what_is_too_fine_becomes_grey(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 480, 480 }, 3);
    const int32_t sides[] = { 48, 96 };
    for (size_t i = 0; i < 2; i++) {
        const int32_t side = sides[i];
        FC_AUTO(fc_image) result = NULL;
        ASSERT_OK(fc_resample(source, whole(source), (fc_size){ side, side }, &result, &err), err);
        /* The outermost tenth: periods of about 3 px, under pixels of 5 and 10. */
        for (int32_t y = 2; y < side / 10; y++) {
            for (int32_t x = 2; x < side - 2; x++) {
                assert_true(abs(fc_image_row(result, y)[x * 3] - 127) < 15);
            }
        }
    }
}

/* On a picture without fine detail the means before it change next to nothing, also where the
 * blocks do not come out even. */
static void what_networks_see_lies_where_it_should(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 403, 401 }, 40);
    const fc_box parts[] = { whole(source), { 31.5, 20.25, 300.5, 222 }, { 3, 1, 90, 400 } };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_image) fine = NULL;
        FC_AUTO(fc_image) quick = NULL;
        ASSERT_OK(fc_resample(source, parts[i], (fc_size){ 96, 80 }, &fine, &err), err);
        ASSERT_OK(fc_resample_for_network(source, parts[i], (fc_size){ 96, 80 }, &quick, &err),
                  err);
        fc_pattern_assert_alike(quick, fine, 8);
    }
    fc_image *none = NULL;
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_resample_for_network(source, (fc_box){ 400, 0, 4, 4 }, (fc_size){ 2, 2 }, &none, &err),
        err);
}

static void a_step_overshoots_by_no_more_than_stated(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 40, 8 }, 1, 50);
    for (int32_t y = 0; y < 8; y++) {
        for (int32_t x = 20; x < 40; x++) {
            fc_image_row(source, y)[x] = 200;
        }
    }
    for (int32_t width = 3; width < 200; width += 7) {
        FC_AUTO(fc_image) result = NULL;
        ASSERT_OK(fc_resample(source, whole(source), (fc_size){ width, 8 }, &result, &err), err);
        for (int32_t x = 0; x < width; x++) {
            assert_in_range(fc_image_row(result, 3)[x], 50 - 12, 200 + 12);
        }
    }
}

static void resample_refuses_what_does_not_lie_within_the_source(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 10, 10 }, 3, 1);
    const fc_size size = { 5, 5 };
    const fc_box wrong[] = { { -0.1, 0, 5, 5 }, { 0, 0, 10.1, 5 },    { 0, 6, 5, 5 },
                             { 0, 0, 0, 5 },    { 0, 0, 5, -1 },      { NAN, 0, 5, 5 },
                             { 0, 0, NAN, 5 },  { 0, 0, 5, INFINITY } };
    fc_image *out = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_resample(source, wrong[i], size, &out, &err), err);
    }
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_resample(source, whole(source), (fc_size){ 0, 5 }, &out, &err), err);
    ASSERT_FAILS(
        FC_LIMIT_EXCEEDED,
        fc_resample(source, whole(source), (fc_size){ 5, FC_IMAGE_SIDE_MAX + 1 }, &out, &err), err);
    assert_null(out);
}

static void resample_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 100, 90 }, 3, 1);
    FC_AUTO(fc_image) result = NULL;
    SWEEP_ALLOCATIONS(fc_resample(source, whole(source), (fc_size){ 5, 4 }, &result, &err),
                      result == NULL);
}

static fc_plane *noise_plane(fc_size size, uint32_t seed)
{
    fc_error err = { 0 };
    fc_plane *plane = NULL;
    ASSERT_OK(fc_plane_new(size, &plane, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        plane->data[i] = (fc_pattern_random(&seed) & 256) != 0 ? 1 : 0;
    }
    return plane;
}

static void masks_stay_within_their_own_range(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = noise_plane((fc_size){ 30, 20 }, 4);
    const fc_size sizes[] = { { 7, 9 }, { 90, 85 }, { 90, 5 }, { 1, 1 } };
    for (size_t i = 0; i < 4; i++) {
        FC_AUTO(fc_plane) result = NULL;
        ASSERT_OK(fc_plane_resample(mask, sizes[i], &result, &err), err);
        for (int32_t k = 0; k < sizes[i].width * sizes[i].height; k++) {
            assert_true(result->data[k] >= 0 && result->data[k] <= 1);
        }
    }
}

static void a_plane_shrinks_to_the_means_of_its_areas(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = noise_plane((fc_size){ 12, 9 }, 8);
    FC_AUTO(fc_plane) result = NULL;
    ASSERT_OK(fc_plane_resample(mask, (fc_size){ 4, 3 }, &result, &err), err);
    for (int32_t y = 0; y < 3; y++) {
        for (int32_t x = 0; x < 4; x++) {
            double sum = 0;
            for (int32_t i = 0; i < 9; i++) {
                sum += (double)fc_plane_row(mask, y * 3 + i / 3)[x * 3 + i % 3];
            }
            assert_true(fabs(sum / 9 - (double)fc_plane_row(result, y)[x]) < 1e-5);
        }
    }
}

static void a_plane_at_its_own_size_is_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = noise_plane((fc_size){ 12, 9 }, 6);
    FC_AUTO(fc_plane) result = NULL;
    ASSERT_OK(fc_plane_resample(mask, mask->size, &result, &err), err);
    assert_memory_equal(result->data, mask->data, 12 * 9 * sizeof(float));
}

static void plane_resample_refuses_and_survives_like_resample(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = noise_plane((fc_size){ 12, 9 }, 6);
    FC_AUTO(fc_plane) result = NULL;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_plane_resample(mask, (fc_size){ 3, -1 }, &result, &err),
                 err);
    assert_null(result);
    SWEEP_ALLOCATIONS(fc_plane_resample(mask, (fc_size){ 3, 20 }, &result, &err), result == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_region_and_size_agree_with_the_slow_sum),
        cmocka_unit_test(a_strong_shrink_stays_close_to_the_slow_sum),
        cmocka_unit_test(whole_pixels_at_their_own_size_are_copied),
        cmocka_unit_test(one_colour_stays_that_colour),
        cmocka_unit_test(the_mean_brightness_is_kept),
        cmocka_unit_test(what_is_too_fine_becomes_grey),
        cmocka_unit_test(what_networks_see_lies_where_it_should),
        cmocka_unit_test(a_step_overshoots_by_no_more_than_stated),
        cmocka_unit_test(resample_refuses_what_does_not_lie_within_the_source),
        cmocka_unit_test(resample_survives_every_allocation_failure),
        cmocka_unit_test(masks_stay_within_their_own_range),
        cmocka_unit_test(a_plane_shrinks_to_the_means_of_its_areas),
        cmocka_unit_test(a_plane_at_its_own_size_is_copied),
        cmocka_unit_test(plane_resample_refuses_and_survives_like_resample),
    };
    return cmocka_run_group_tests_name("ops/resample", tests, NULL, NULL);
}
