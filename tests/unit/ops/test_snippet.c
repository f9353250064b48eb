#include "ops/snippet.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/patterns.h"

/* Red grows to the right, green downwards: where a sample was taken can be read from it. */
static fc_image *slope(fc_size size)
{
    fc_error err = { 0 };
    fc_image *picture = NULL;
    ASSERT_OK(fc_image_new(size, 3, &picture, &err), err);
    for (int32_t y = 0; y < size.height; y++) {
        for (int32_t x = 0; x < size.width; x++) {
            uint8_t *pixel = fc_image_row(picture, y) + (ptrdiff_t)3 * x;
            pixel[0] = (uint8_t)x;
            pixel[1] = (uint8_t)y;
            pixel[2] = 77;
        }
    }
    return picture;
}

static void a_square_in_place_is_copied(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_pattern_noise((fc_size){ 40, 30 }, 3, 5);
    FC_AUTO(fc_image) square = NULL;
    ASSERT_OK(fc_snippet(picture, (fc_similarity){ 1, 0, 7, 3 }, 20, &square, &err), err);
    for (int32_t y = 0; y < 20; y++) {
        assert_memory_equal(fc_image_row(square, y), fc_image_row(picture, y + 3) + 21, 60);
    }
}

/* Rows that lie inside have a loop of their own: the same square, once far from the edges and once
 * from a picture that ends with it. */
static void the_edge_changes_nothing_before_it(void **state)
{
    (void)state;
    fc_error err = { 0 };
    enum { SIDE = 12, CUT = SIDE + 1, LEFT = 7, TOP = 3 };
    FC_AUTO(fc_image) picture = fc_pattern_noise((fc_size){ 40, 30 }, 3, 5);
    FC_AUTO(fc_image) cut = NULL;
    FC_AUTO(fc_image) inside = NULL;
    FC_AUTO(fc_image) at_edge = NULL;
    ASSERT_OK(fc_image_new((fc_size){ CUT, CUT }, 3, &cut, &err), err);
    for (int32_t y = 0; y < CUT; y++) {
        memcpy(fc_image_row(cut, y), fc_image_row(picture, TOP + y) + (ptrdiff_t)3 * LEFT,
               (size_t)3 * CUT);
    }
    const fc_similarity map = { 1, 0, 0.25, 0.5 };
    const fc_similarity moved = { 1, 0, LEFT + 0.25, TOP + 0.5 };
    ASSERT_OK(fc_snippet(picture, moved, SIDE, &inside, &err), err);
    ASSERT_OK(fc_snippet(cut, map, SIDE, &at_edge, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        assert_memory_equal(fc_image_row(inside, y), fc_image_row(at_edge, y), (size_t)3 * SIDE);
    }
}

/* At every scale and turn a sample says where it is from, to a level. */
static void samples_come_from_where_the_map_leads(void **state)
{
    (void)state;
    fc_error err = { 0 };
    enum { SIDE = 24 };
    FC_AUTO(fc_image) picture = slope((fc_size){ 250, 240 });
    static const double SCALES[] = { 0.2, 1, 1.4, 1.6, 2.5, 5.2 };
    for (size_t i = 0; i < sizeof SCALES / sizeof SCALES[0]; i++) {
        const double turn = 0.4 * (double)i - 1;
        const fc_similarity turned = { SCALES[i] * cos(turn), SCALES[i] * sin(turn), 0, 0 };
        const fc_point middle = fc_similarity_apply(turned, (fc_point){ SIDE / 2.0, SIDE / 2.0 });
        const fc_similarity map = { turned.a, turned.b, 125 - middle.x, 120 - middle.y };
        FC_AUTO(fc_image) square = NULL;
        ASSERT_OK(fc_snippet(picture, map, SIDE, &square, &err), err);
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                const uint8_t *pixel = fc_image_row(square, y) + (ptrdiff_t)3 * x;
                const fc_point at = fc_similarity_apply(map, (fc_point){ x + 0.5, y + 0.5 });
                assert_true(fabs(pixel[0] - (at.x - 0.5)) <= 1.01);
                assert_true(fabs(pixel[1] - (at.y - 0.5)) <= 1.01);
                assert_int_equal(pixel[2], 77);
            }
        }
    }
}

static void fine_detail_is_averaged_not_picked(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_image *made = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 64, 64 }, 3, &made, &err), err);
    FC_AUTO(fc_image) board = made;
    for (int32_t y = 0; y < 64; y++) {
        for (int32_t x = 0; x < 64 * 3; x++) {
            fc_image_row(board, y)[x] = (x / 3 + y) % 2 == 0 ? 255 : 0;
        }
    }
    FC_AUTO(fc_image) square = NULL;
    ASSERT_OK(fc_snippet(board, (fc_similarity){ 2, 0, 0, 0 }, 32, &square, &err), err);
    for (int32_t i = 0; i < 32 * 3; i++) {
        assert_int_equal(fc_image_row(square, 16)[i], 128);
    }
}

static void beyond_the_picture_its_edge_repeats(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = slope((fc_size){ 30, 20 });
    static const double SCALES[] = { 1, 3 };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_image) square = NULL;
        const fc_similarity away = { SCALES[i], 0, 500, -500 };
        ASSERT_OK(fc_snippet(picture, away, 8, &square, &err), err);
        const uint8_t *pixel = fc_image_row(square, 4) + 12;
        assert_true(pixel[0] >= 28 && pixel[1] <= 2 && pixel[2] == 77);
    }
}

static void senseless_maps_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = slope((fc_size){ 8, 8 });
    fc_image *none = NULL;
    static const fc_similarity MAPS[] = {
        { 0, 0, 0, 0 }, { 300, 0, 0, 0 }, { NAN, 0, 0, 0 }, { 1, 0, INFINITY, 0 }
    };
    for (size_t i = 0; i < sizeof MAPS / sizeof MAPS[0]; i++) {
        ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_snippet(picture, MAPS[i], 8, &none, &err), err);
    }
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_snippet(picture, FC_SIMILARITY_IDENTITY, 0, &none, &err),
                 err);
    assert_null(none);
}

static void it_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = slope((fc_size){ 64, 64 });
    fc_image *square = NULL;
    SWEEP_ALLOCATIONS(fc_snippet(picture, (fc_similarity){ 3, 0, 0, 0 }, 16, &square, &err),
                      square == NULL);
    fc_image_free(square);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_square_in_place_is_copied),
        cmocka_unit_test(the_edge_changes_nothing_before_it),
        cmocka_unit_test(samples_come_from_where_the_map_leads),
        cmocka_unit_test(fine_detail_is_averaged_not_picked),
        cmocka_unit_test(beyond_the_picture_its_edge_repeats),
        cmocka_unit_test(senseless_maps_are_refused),
        cmocka_unit_test(it_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/snippet", tests, NULL, NULL);
}
