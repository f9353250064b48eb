#include "ops/border_fade.h"

#include <math.h>

#include "support/fc_test.h"

static fc_plane *full_alpha(fc_size size)
{
    fc_error err = { 0 };
    fc_plane *alpha = NULL;
    ASSERT_OK(fc_plane_new(size, &alpha, &err), err);
    for (int32_t i = 0; i < size.width * size.height; i++) {
        alpha->data[i] = 1;
    }
    return alpha;
}

static void a_canvas_inside_the_photo_is_left_alone(void **state)
{
    (void)state;
    FC_AUTO(fc_plane) alpha = full_alpha((fc_size){ 40, 30 });
    const fc_similarity map = { 1, 0, 100, 100 };
    fc_border_fade_in_place(alpha, map, (fc_box){ 0, 0, 300, 300 }, 10);
    for (int32_t i = 0; i < 40 * 30; i++) {
        assert_true(alpha->data[i] == 1.0f);
    }
}

static void the_cutout_fades_towards_the_border(void **state)
{
    (void)state;
    /* Two photo px a canvas px; the photo ends at canvas row 20. */
    FC_AUTO(fc_plane) alpha = full_alpha((fc_size){ 40, 30 });
    const fc_similarity map = { 2, 0, 100, 100 };
    fc_border_fade_in_place(alpha, map, (fc_box){ 0, 0, 500, 140 }, 10);
    assert_true(fc_plane_row(alpha, 5)[20] == 1.0f);
    assert_true(fabsf(fc_plane_row(alpha, 14)[20] + fc_plane_row(alpha, 15)[20] - 1) < 1e-5f);
    assert_true(fc_plane_row(alpha, 25)[20] == 0.0f);
    for (int32_t y = 1; y < 30; y++) {
        assert_true(fc_plane_row(alpha, y)[20] <= fc_plane_row(alpha, y - 1)[20]);
    }
}

static void a_turned_canvas_fades_along_the_turned_border(void **state)
{
    (void)state;
    /* A quarter turn: canvas x runs down the photo, which ends at canvas column 20. */
    FC_AUTO(fc_plane) alpha = full_alpha((fc_size){ 40, 30 });
    const fc_similarity map = { 0, 1, 100, 100 };
    fc_border_fade_in_place(alpha, map, (fc_box){ 0, 0, 500, 120 }, 5);
    assert_true(fc_plane_row(alpha, 10)[5] == 1.0f);
    assert_true(fc_plane_row(alpha, 10)[25] == 0.0f);
}

static void a_side_that_lies_far_away_does_not_fade(void **state)
{
    (void)state;
    /* The photo of 140 px ends at canvas column 40 and row 40; only the column counts. */
    FC_AUTO(fc_plane) alpha = full_alpha((fc_size){ 60, 60 });
    const fc_similarity map = { 1, 0, 100, 100 };
    fc_border_fade_in_place(alpha, map, (fc_box){ -280, -280, 420, 700 }, 5);
    assert_true(fc_plane_row(alpha, 50)[20] == 1.0f);
    assert_true(fc_plane_row(alpha, 50)[45] == 0.0f);
    assert_true(fc_plane_row(alpha, 20)[38] < 1.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_canvas_inside_the_photo_is_left_alone),
        cmocka_unit_test(the_cutout_fades_towards_the_border),
        cmocka_unit_test(a_side_that_lies_far_away_does_not_fade),
        cmocka_unit_test(a_turned_canvas_fades_along_the_turned_border),
    };
    return cmocka_run_group_tests_name("ops/border_fade", tests, NULL, NULL);
}
