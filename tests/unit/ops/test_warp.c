#include "ops/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

/* The canvas's centre shows `centre` of the source, turned and scaled. */
static fc_similarity aim(fc_point centre, fc_size canvas, double scale, double angle_rad)
{
    fc_similarity map = { scale * cos(angle_rad), scale * sin(angle_rad), 0, 0 };
    const fc_point middle =
        fc_similarity_apply(map, (fc_point){ canvas.width / 2.0, canvas.height / 2.0 });
    map.tx = centre.x - middle.x;
    map.ty = centre.y - middle.y;
    return map;
}

static void a_shift_by_whole_pixels_is_an_exact_copy(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 300, 200 }, 3, 2);
    FC_AUTO(fc_image) copy = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(source, (fc_similarity){ 1, 0, 17, 5 }, (fc_size){ 250, 190 }, &copy,
                      &coverage, &err),
              err);
    for (int32_t y = 0; y < 190; y++) {
        assert_memory_equal(fc_image_row(copy, y), fc_image_row(source, y + 5) + 17 * 3, 750);
        for (int32_t x = 0; x < 250; x++) {
            assert_true(fc_plane_row(coverage, y)[x] == 1);
        }
    }
}

static void a_quarter_turn_moves_pixels_exactly(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 90, 130 }, 3, 2);
    FC_AUTO(fc_image) turned = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(source, (fc_similarity){ 0, 1, 90, 0 }, (fc_size){ 130, 90 }, &turned,
                      &coverage, &err),
              err);
    for (int32_t y = 0; y < 90; y++) {
        for (int32_t x = 0; x < 130; x++) {
            assert_memory_equal(fc_image_row(turned, y) + x * 3,
                                fc_image_row(source, x) + (89 - y) * 3, 3);
        }
    }
}

static void one_colour_stays_that_colour_everywhere(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 150, 100 }, 3, 201);
    FC_AUTO(fc_image) expected = fc_pattern_flat((fc_size){ 80, 70 }, 3, 201);
    const double scales[] = { 0.01, 0.7, 1.1, 2.3, 11, 400 };
    for (size_t i = 0; i < 6; i++) {
        for (int turn = 0; turn < 8; turn++) {
            FC_AUTO(fc_image) result = NULL;
            FC_AUTO(fc_plane) coverage = NULL;
            const fc_similarity map =
                aim((fc_point){ turn * 40 - 60, 99 }, expected->size, scales[i], turn);
            ASSERT_OK(fc_warp(source, map, expected->size, &result, &coverage, &err), err);
            fc_pattern_assert_alike(result, expected, 0);
        }
    }
}

static double lobe(double x)
{
    const double p = M_PI * x;
    return fabs(x) >= 3 ? 0 : fabs(x) < 1e-9 ? 1 : 3 * sin(p) * sin(p / 3) / (p * p);
}

/* What the canvas pixel around `at` should show: a Lanczos of three lobes along the canvas's own
 * axes, summed over every source pixel in reach. */
static double slow_value(const fc_image *source, fc_similarity map, fc_point at)
{
    const double scale = fc_similarity_scale(map);
    const double width = fmax(scale, 1);
    const double reach = 3 * width * M_SQRT2;
    double sum = 0;
    double total = 0;
    for (int32_t y = (int32_t)(at.y - reach) - 1; y <= at.y + reach; y++) {
        for (int32_t x = (int32_t)(at.x - reach) - 1; x <= at.x + reach; x++) {
            const double dx = (x + 0.5 - at.x) / width / scale;
            const double dy = (y + 0.5 - at.y) / width / scale;
            const double weight = lobe(map.a * dx + map.b * dy) * lobe(-map.b * dx + map.a * dy);
            if (weight != 0) {
                sum += weight * fc_image_row(source, y)[x * 3];
                total += weight;
            }
        }
    }
    return fmin(fmax(sum / total, 0), 255);
}

/* Rings of 12 source px at the finest, at scales where they can still be seen. */
static void pictures_agree_with_a_slow_lanczos(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 400, 400 }, 12);
    const fc_size canvas = { 40, 40 };
    const double scales[] = { 0.5, 1, 1.2, 1.7, 2.5, 3.4 };
    const double angles[] = { 0, 0.12, 0.7 };
    for (size_t i = 0; i < 18; i++) {
        const fc_similarity map = aim((fc_point){ 180, 230 }, canvas, scales[i / 3], angles[i % 3]);
        FC_AUTO(fc_image) result = NULL;
        FC_AUTO(fc_plane) coverage = NULL;
        ASSERT_OK(fc_warp(source, map, canvas, &result, &coverage, &err), err);
        double squares = 0;
        for (int32_t y = 0; y < canvas.height; y++) {
            for (int32_t x = 0; x < canvas.width; x++) {
                const fc_point at = fc_similarity_apply(map, (fc_point){ x + 0.5, y + 0.5 });
                const double difference =
                    slow_value(source, map, at) - fc_image_row(result, y)[x * 3];
                squares += difference * difference;
            }
        }
        assert_true(sqrt(squares / 1600) < 3);
    }
}

/* Rings finer than the canvas's pixels must vanish in grey instead of coming back as others. */
static void what_is_too_fine_becomes_grey(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_zone_plate((fc_size){ 900, 900 }, 3);
    const fc_size canvas = { 60, 20 };
    const double angles[] = { 0, 0.2, 0.8 };
    for (size_t i = 0; i < 6; i++) {
        /* Around this place periods are from 3.2 to 6 px: finer than 2 canvas px. */
        const fc_similarity map =
            aim((fc_point){ 450, 120 }, canvas, i < 3 ? 3.5 : 6, angles[i % 3]);
        FC_AUTO(fc_image) result = NULL;
        FC_AUTO(fc_plane) coverage = NULL;
        ASSERT_OK(fc_warp(source, map, canvas, &result, &coverage, &err), err);
        double squares = 0;
        for (int32_t y = 0; y < canvas.height; y++) {
            for (int32_t x = 0; x < canvas.width; x++) {
                squares += pow(fc_image_row(result, y)[x * 3] - 127.5, 2);
            }
        }
        /* The rings themselves have 78. */
        assert_true(sqrt(squares / (60 * 20)) < 15);
    }
}

static void coverage_is_the_share_inside_the_photo(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 40, 30 }, 3, 9);
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    /* Canvas px of 2 source px; the photo spans 5.25 .. 25.25 and 4 .. 19 on the canvas. */
    ASSERT_OK(fc_warp(source, (fc_similarity){ 2, 0, -10.5, -8 }, (fc_size){ 40, 25 }, &result,
                      &coverage, &err),
              err);
    const float *row = fc_plane_row(coverage, 10);
    assert_true(row[4] == 0 && row[5] == 0.75F && row[6] == 1);
    assert_true(row[24] == 1 && row[25] == 0.25F && row[26] == 0);
    assert_true(fc_plane_row(coverage, 3)[10] == 0 && fc_plane_row(coverage, 4)[10] == 1);
    assert_true(fc_plane_row(coverage, 18)[10] == 1 && fc_plane_row(coverage, 19)[10] == 0);
}

static void coverage_of_a_turned_photo_has_its_area(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 60, 40 }, 3, 9);
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    const fc_size canvas = { 100, 100 };
    ASSERT_OK(fc_warp(source, aim((fc_point){ 30, 20 }, canvas, 0.8, 0.5), canvas, &result,
                      &coverage, &err),
              err);
    double area = 0;
    for (size_t i = 0; i < 100 * 100; i++) {
        area += (double)coverage->data[i];
    }
    assert_true(fabs(area * 0.64 - 60 * 40) < 5);
}

static void outside_the_photo_its_edge_repeats(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 50, 50 }, 3, 6);
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(source, (fc_similarity){ 1, 0, -20, 10 }, (fc_size){ 30, 30 }, &result,
                      &coverage, &err),
              err);
    for (int32_t y = 0; y < 30; y++) {
        for (int32_t x = 0; x < 20; x++) {
            assert_memory_equal(fc_image_row(result, y) + x * 3, fc_image_row(source, y + 10), 3);
        }
    }
}

/* A dark and a light half, enlarged and turned: neither a darker nor a lighter line at the edge. */
static void an_enlarged_edge_does_not_ring(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 40, 40 }, 3, &source, &err), err);
    for (int32_t y = 0; y < 40; y++) {
        memset(fc_image_row(source, y), 50, 60);
        memset(fc_image_row(source, y) + 60, 200, 60);
    }
    const fc_size size = { 128, 128 };
    for (double scale = 0.1; scale < 0.65; scale += 0.1) {
        FC_AUTO(fc_image) large = NULL;
        FC_AUTO(fc_plane) coverage = NULL;
        const fc_similarity map = aim((fc_point){ 20, 20 }, size, scale, 0.1);
        ASSERT_OK(fc_warp(source, map, size, &large, &coverage, &err), err);
        int32_t between = 0;
        for (int32_t x = 0; x < size.width; x++) {
            const uint8_t level = fc_image_row(large, 64)[3 * x];
            assert_true(level >= 50 && level <= 200);
            between += level > 65 && level < 185;
        }
        assert_true(between <= 1 + 1 / scale); /* and it stays as steep as a px of the photo */
    }
}

/* A canvas far from the photo, from the smallest to the largest scale, reads nothing outside. */
static void any_place_and_scale_is_safe(void **state)
{
    (void)state;
    fc_error err = { 0 };
    uint32_t seed = 17;
    for (int round = 0; round < 200; round++) {
        const fc_size from = { 1 + (int32_t)(fc_pattern_random(&seed) % 40),
                               1 + (int32_t)(fc_pattern_random(&seed) % 40) };
        const fc_size canvas = { 1 + (int32_t)(fc_pattern_random(&seed) % 90),
                                 1 + (int32_t)(fc_pattern_random(&seed) % 90) };
        FC_AUTO(fc_image) source = fc_pattern_noise(from, 3, seed);
        const double scale = pow(10, (fc_pattern_random(&seed) % 5999) / 1000.0 - 2.9995);
        const double far = round % 3 == 0 ? 1e7 : 60;
        const fc_point centre = { far * (fc_pattern_random(&seed) / 4294967296.0 - 0.5),
                                  far * (fc_pattern_random(&seed) / 4294967296.0 - 0.5) };
        FC_AUTO(fc_image) result = NULL;
        FC_AUTO(fc_plane) coverage = NULL;
        ASSERT_OK(
            fc_warp(source, aim(centre, canvas, scale, round), canvas, &result, &coverage, &err),
            err);
    }
}

static void warp_refuses_what_is_no_place(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_flat((fc_size){ 8, 8 }, 3, 1);
    fc_image *out = NULL;
    fc_plane *coverage = NULL;
    const fc_size size = { 8, 8 };
    const fc_similarity wrong[] = { { 0, 0, 0, 0 },   { 1001, 0, 0, 0 },     { 0, 1e-4, 0, 0 },
                                    { NAN, 0, 0, 0 }, { 1, 0, INFINITY, 0 }, { 1, 0, 0, NAN } };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_warp(source, wrong[i], size, &out, &coverage, &err),
                     err);
    }
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_warp(source, FC_SIMILARITY_IDENTITY, (fc_size){ 0, 3 }, &out, &coverage, &err),
                 err);
    assert_null(out);
    assert_null(coverage);
}

static void warp_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) source = fc_pattern_noise((fc_size){ 90, 90 }, 3, 1);
    FC_AUTO(fc_image) result = NULL;
    FC_AUTO(fc_plane) coverage = NULL;
    SWEEP_ALLOCATIONS(
        fc_warp(source, (fc_similarity){ 9, 0, 0, 0 }, (fc_size){ 9, 9 }, &result, &coverage, &err),
        result == NULL && coverage == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shift_by_whole_pixels_is_an_exact_copy),
        cmocka_unit_test(a_quarter_turn_moves_pixels_exactly),
        cmocka_unit_test(one_colour_stays_that_colour_everywhere),
        cmocka_unit_test(pictures_agree_with_a_slow_lanczos),
        cmocka_unit_test(what_is_too_fine_becomes_grey),
        cmocka_unit_test(coverage_is_the_share_inside_the_photo),
        cmocka_unit_test(coverage_of_a_turned_photo_has_its_area),
        cmocka_unit_test(outside_the_photo_its_edge_repeats),
        cmocka_unit_test(an_enlarged_edge_does_not_ring),
        cmocka_unit_test(any_place_and_scale_is_safe),
        cmocka_unit_test(warp_refuses_what_is_no_place),
        cmocka_unit_test(warp_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/warp", tests, NULL, NULL);
}
