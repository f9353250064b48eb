#include "ops/matte_refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ops/resample.h"
#include "ops/work_size.h"
#include "support/fc_test.h"
#include "support/wall_scene.h"

/* A light disc on a dark ground with a fine texture; its outline is RADIUS from the middle. */
enum { SIDE = 400, RADIUS = 120 };
static const double FACE_PX = 200.0;

static double distance_outside(int32_t x, int32_t y)
{
    return hypot(x + 0.5 - SIDE / 2.0, y + 0.5 - SIDE / 2.0) - RADIUS;
}

static fc_image *disc_picture(void)
{
    fc_error err = { 0 };
    fc_image *picture = NULL;
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &picture, &err), err);
    uint32_t seed = 5;
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double alpha = fmin(fmax(0.5 - distance_outside(x, y), 0.0), 1.0);
            for (int32_t c = 0; c < 3; c++) {
                seed = seed * 1664525U + 1013904223U;
                const double texture = (double)(seed >> 29);
                fc_image_row(picture, y)[3 * x + c] =
                    (uint8_t)(alpha * (180 + 20 * c) + (1.0 - alpha) * (60 - 15 * c) + texture);
            }
        }
    }
    return picture;
}

/* What a network gives: the outline 4 px too large and 16 px soft. */
static fc_plane *coarse_mask(void)
{
    fc_error err = { 0 };
    fc_plane *mask = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &mask, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            fc_plane_row(mask, y)[x] =
                (float)fmin(fmax(0.5 - (distance_outside(x, y) - 4.0) / 16.0, 0.0), 1.0);
        }
    }
    return mask;
}

/* Mean error within 20 px of the outline. */
static double edge_error(const fc_plane *mask)
{
    double sum = 0.0;
    int count = 0;
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const double outside = distance_outside(x, y);
            if (fabs(outside) < 20.0) {
                const double truth = fmin(fmax(0.5 - outside, 0.0), 1.0);
                sum += fabs((double)fc_plane_row(mask, y)[x] - truth);
                count++;
            }
        }
    }
    return sum / count;
}

static void both_ways_bring_the_mask_to_the_edge(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_plane) coarse = coarse_mask();
    FC_AUTO(fc_plane) fast = NULL;
    FC_AUTO(fc_plane) fine = NULL;
    ASSERT_OK(fc_matte_refine(picture, coarse, FACE_PX, false, NULL, &fast, &err), err);
    ASSERT_OK(fc_matte_refine(picture, coarse, FACE_PX, true, NULL, &fine, &err), err);
    const double before = edge_error(coarse);
    assert_true(edge_error(fast) < before / 1.8);
    assert_true(edge_error(fine) < before / 50.0);
}

static void sure_person_and_sure_ground_stay_whole(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_plane) coarse = coarse_mask();
    for (int fine = 0; fine <= 1; fine++) {
        FC_AUTO(fc_plane) alpha = NULL;
        ASSERT_OK(fc_matte_refine(picture, coarse, FACE_PX, fine == 1, NULL, &alpha, &err), err);
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                const double outside = distance_outside(x, y);
                const float value = fc_plane_row(alpha, y)[x];
                assert_true(outside > -25.0 || value > 0.999F);
                assert_true(outside < 30.0 || value < 0.001F);
            }
        }
    }
}

/* Masks of one value, NaN and infinity, on pictures without any detail. */
static void hostile_masks_give_a_valid_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const float values[] = { 0.0F, 1.0F, 0.5F, NAN, INFINITY, -INFINITY, 1e30F };
    const fc_size sizes[] = { { 1, 1 }, { 3, 2 }, { 2, 40 }, { 33, 33 } };
    for (size_t i = 0; i < 7 * 4 * 2; i++) {
        const fc_size size = sizes[i / 2 % 4];
        FC_AUTO(fc_image) picture = NULL;
        FC_AUTO(fc_plane) coarse = NULL;
        FC_AUTO(fc_plane) alpha = NULL;
        ASSERT_OK(fc_image_new(size, 3, &picture, &err), err);
        ASSERT_OK(fc_plane_new(size, &coarse, &err), err);
        for (int32_t y = 0; y < size.height; y++) {
            memset(fc_image_row(picture, y), 128, 3 * (size_t)size.width);
            for (int32_t x = 0; x < size.width; x++) {
                fc_plane_row(coarse, y)[x] = values[i / 8];
            }
        }
        ASSERT_OK(fc_matte_refine(picture, coarse, 1e6, i % 2 == 1, NULL, &alpha, &err), err);
        for (int32_t j = 0; j < size.width * size.height; j++) {
            assert_true(alpha->data[j] >= 0.0F && alpha->data[j] <= 1.0F);
            assert_true(i / 8 != 0 || alpha->data[j] == 0.0F);
            assert_true(i / 8 != 1 || alpha->data[j] == 1.0F);
        }
    }
}

/* One NaN must not spread over the picture. */
static void one_bad_value_stays_local(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_plane) coarse = coarse_mask();
    FC_AUTO(fc_plane) alpha = NULL;
    fc_plane_row(coarse, 5)[5] = NAN;
    ASSERT_OK(fc_matte_refine(picture, coarse, FACE_PX, true, NULL, &alpha, &err), err);
    assert_true(edge_error(alpha) < edge_error(coarse) / 50.0);
}

static void refinement_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size size = { 16, 16 };
    FC_AUTO(fc_image) picture = NULL;
    FC_AUTO(fc_plane) coarse = NULL;
    ASSERT_OK(fc_image_new(size, 3, &picture, &err), err);
    ASSERT_OK(fc_plane_new(size, &coarse, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        memset(fc_image_row(picture, y), y < 8 ? 0 : 200, 3 * (size_t)size.width);
        for (int32_t x = 0; x < size.width; x++) {
            fc_plane_row(coarse, y)[x] = (float)y / 15.0F;
        }
    }
    for (int fine = 0; fine <= 1; fine++) {
        fc_plane *alpha = NULL;
        SWEEP_ALLOCATIONS(fc_matte_refine(picture, coarse, 50.0, fine == 1, NULL, &alpha, &err),
                          alpha == NULL);
        fc_plane_free(alpha);
    }
}

/* Who places the mask at the scale of the work at once saves the way over the full scale. */
static void a_mask_at_the_scale_of_the_work_gives_the_same(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = disc_picture();
    FC_AUTO(fc_plane) coarse = coarse_mask();
    FC_AUTO(fc_plane) small = NULL;
    FC_AUTO(fc_plane) expected = NULL;
    FC_AUTO(fc_plane) alpha = NULL;
    const fc_size size = fc_work_size(picture->size, fc_matte_work_scale(picture->size));
    assert_true(size.width < SIDE);
    ASSERT_OK(fc_plane_resample(coarse, size, &small, &err), err);
    ASSERT_OK(fc_matte_refine(picture, coarse, FACE_PX, true, NULL, &expected, &err), err);
    ASSERT_OK(fc_matte_refine(picture, small, FACE_PX, true, NULL, &alpha, &err), err);
    assert_memory_equal(alpha->data, expected->data, SIDE * SIDE * sizeof(float));
}

/* Mean error about the outline of a scene whose alpha is known. */
static double wall_error(const fc_plane *alpha)
{
    double sum = 0;
    int count = 0;
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            const double away = hypot(x + 0.5 - FC_WALL_SIDE / 2.0, y + 0.5 - FC_WALL_SIDE / 2.0);
            if (away > 80 && away < 130) {
                sum += fabs((double)fc_plane_row(alpha, y)[x] - fc_wall_alpha(x, y));
                count++;
            }
        }
    }
    return sum / count;
}

static void a_plain_wall_brings_hair_back(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0.2, 0);
    FC_AUTO(fc_plane) coarse = fc_wall_mask();
    FC_AUTO(fc_plain_wall) wall = NULL;
    FC_AUTO(fc_plane) solved = NULL;
    FC_AUTO(fc_plane) keyed = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, coarse, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_non_null(wall);
    ASSERT_OK(fc_matte_refine(picture, coarse, FC_WALL_FACE_PX, true, NULL, &solved, &err), err);
    ASSERT_OK(fc_matte_refine(picture, coarse, FC_WALL_FACE_PX, true, wall, &keyed, &err), err);
    assert_true(wall_error(keyed) < wall_error(solved) / 2);
    fc_plane *out = NULL;
    SWEEP_ALLOCATIONS(fc_matte_refine(picture, coarse, FC_WALL_FACE_PX, true, wall, &out, &err),
                      out == NULL);
    fc_plane_free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_bring_the_mask_to_the_edge),
        cmocka_unit_test(sure_person_and_sure_ground_stay_whole),
        cmocka_unit_test(hostile_masks_give_a_valid_one),
        cmocka_unit_test(one_bad_value_stays_local),
        cmocka_unit_test(refinement_survives_every_allocation_failure),
        cmocka_unit_test(a_mask_at_the_scale_of_the_work_gives_the_same),
        cmocka_unit_test(a_plain_wall_brings_hair_back),
    };
    return cmocka_run_group_tests_name("ops/matte_refine", tests, NULL, NULL);
}
