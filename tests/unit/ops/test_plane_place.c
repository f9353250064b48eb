#include "ops/plane_place.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

static fc_plane *random_mask(fc_size size, uint32_t seed)
{
    fc_error err = { 0 };
    fc_plane *plane = NULL;
    ASSERT_OK(fc_plane_new(size, &plane, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        plane->data[i] = (float)(fc_pattern_random(&seed) >> 8) / (1 << 24);
    }
    return plane;
}

static void a_mask_of_the_canvas_itself_is_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = random_mask((fc_size){ 31, 22 }, 3);
    FC_AUTO(fc_plane) placed = NULL;
    ASSERT_OK(fc_plane_place(mask, (fc_box){ 0, 0, 31, 22 }, FC_SIMILARITY_IDENTITY, mask->size,
                             &placed, &err),
              err);
    assert_memory_equal(placed->data, mask->data, 31 * 22 * sizeof(float));
}

/* Catmull-Rom reproduces straight ramps; here one across a turned canvas. */
static void a_ramp_stays_a_ramp_under_any_similarity(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = NULL;
    ASSERT_OK(fc_plane_new((fc_size){ 40, 20 }, &mask, &err), err);
    for (int32_t i = 0; i < 800; i++) {
        mask->data[i] = (float)((i % 40 + 0.5) / 40);
    }
    const fc_box covered = { 100, 50, 400, 300 };
    const fc_similarity to_photo = { 1.5 * cos(0.3), 1.5 * sin(0.3), 250, 100 };
    const fc_size canvas = { 90, 80 };
    FC_AUTO(fc_plane) placed = NULL;
    ASSERT_OK(fc_plane_place(mask, covered, to_photo, canvas, &placed, &err), err);
    for (int32_t y = 0; y < canvas.height; y++) {
        for (int32_t x = 0; x < canvas.width; x++) {
            const fc_point at = fc_similarity_apply(to_photo, (fc_point){ x + 0.5, y + 0.5 });
            const double expected = (at.x - covered.x) / covered.width;
            assert_true(fabs((double)fc_plane_row(placed, y)[x] - expected) < 1e-4);
        }
    }
}

static void beyond_the_mask_its_edge_repeats_and_values_stay_in_range(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = random_mask((fc_size){ 5, 4 }, 9);
    FC_AUTO(fc_plane) placed = NULL;
    const fc_size canvas = { 60, 60 };
    ASSERT_OK(fc_plane_place(mask, (fc_box){ 20, 20, 10, 8 }, FC_SIMILARITY_IDENTITY, canvas,
                             &placed, &err),
              err);
    assert_true(fc_plane_row(placed, 0)[0] == mask->data[0]);
    assert_true(fc_plane_row(placed, 59)[59] == mask->data[19]);
    for (int32_t i = 0; i < 3600; i++) {
        assert_true(placed->data[i] >= 0 && placed->data[i] <= 1);
    }
}

static void places_far_away_are_safe(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = random_mask((fc_size){ 1, 1 }, 9);
    const fc_similarity far[] = { { 1, 0, 1e300, 0 }, { 1e-9, 1e9, -1e12, 5 }, { 0, 0, -1e9, 0 } };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_plane) placed = NULL;
        ASSERT_OK(fc_plane_place(mask, (fc_box){ 0, 0, 1e-3, 1e5 }, far[i], (fc_size){ 9, 9 },
                                 &placed, &err),
                  err);
        assert_true(fabs((double)(placed->data[0] - mask->data[0])) < 1e-6);
    }
}

static void plane_place_refuses_an_empty_box_and_no_numbers(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = random_mask((fc_size){ 4, 4 }, 9);
    fc_plane *placed = NULL;
    const fc_size size = { 4, 4 };
    const fc_box box = { 0, 0, 4, 4 };
    const fc_similarity nowhere = { 1, 0, NAN, 0 };
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_plane_place(mask, (fc_box){ 0, 0, 0, 4 }, FC_SIMILARITY_IDENTITY, size, &placed, &err),
        err);
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_plane_place(mask, (fc_box){ NAN, 0, 1, 4 }, FC_SIMILARITY_IDENTITY, size, &placed, &err),
        err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_plane_place(mask, box, nowhere, size, &placed, &err), err);
    ASSERT_FAILS(
        FC_INVALID_ARGUMENT,
        fc_plane_place(mask, box, FC_SIMILARITY_IDENTITY, (fc_size){ 0, 1 }, &placed, &err), err);
    assert_null(placed);
}

static void plane_place_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = random_mask((fc_size){ 4, 4 }, 9);
    FC_AUTO(fc_plane) placed = NULL;
    SWEEP_ALLOCATIONS(fc_plane_place(mask, (fc_box){ 0, 0, 4, 4 }, FC_SIMILARITY_IDENTITY,
                                     (fc_size){ 3, 3 }, &placed, &err),
                      placed == NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_of_the_canvas_itself_is_copied),
        cmocka_unit_test(a_ramp_stays_a_ramp_under_any_similarity),
        cmocka_unit_test(beyond_the_mask_its_edge_repeats_and_values_stay_in_range),
        cmocka_unit_test(places_far_away_are_safe),
        cmocka_unit_test(plane_place_refuses_an_empty_box_and_no_numbers),
        cmocka_unit_test(plane_place_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/plane_place", tests, NULL, NULL);
}
