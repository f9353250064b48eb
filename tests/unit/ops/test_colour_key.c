#include "ops/colour_key.h"

#include <math.h>

#include "base/memory.h"
#include "support/fc_test.h"
#include "support/wall_scene.h"

static fc_plain_wall *wall_of(const fc_image *picture)
{
    fc_error err = { 0 };
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    fc_plain_wall *wall = NULL;
    ASSERT_OK(fc_plain_wall_find(picture, mask, NULL, FC_WALL_FACE_PX, &wall, &err), err);
    assert_non_null(wall);
    return wall;
}

/* Mean error of alpha beyond the disc, where there are strands; before it, `alpha` is the mask. */
static double strand_error(fc_colour_key *key, const fc_image *picture, bool keyed)
{
    FC_AUTO(fc_plane) mask = fc_wall_mask();
    double sum = 0;
    int count = 0;
    for (int32_t y = 0; y < FC_WALL_SIDE; y++) {
        float *alpha = fc_plane_row(mask, y);
        if (keyed) {
            (void)fc_colour_key_row(key, y, 0, FC_WALL_SIDE, fc_image_row(picture, y), alpha);
        }
        for (int32_t x = 0; x < FC_WALL_SIDE; x++) {
            const double away = hypot(x + 0.5 - FC_WALL_SIDE / 2.0, y + 0.5 - FC_WALL_SIDE / 2.0);
            if (away > 92 && away < 130) {
                sum += fabs((double)alpha[x] - fc_wall_alpha(x, y));
                count++;
            }
        }
    }
    return sum / count;
}

static void strands_that_the_mask_has_lost_are_found(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int shaded = 0; shaded <= 1; shaded++) {
        FC_AUTO(fc_image) picture = fc_wall_picture(0.3 * shaded, 0);
        FC_AUTO(fc_plain_wall) wall = wall_of(picture);
        FC_AUTO(fc_colour_key) key = NULL;
        ASSERT_OK(fc_colour_key_new(wall, picture->size, false, &key, &err), err);
        const double before = strand_error(key, picture, false);
        assert_true(strand_error(key, picture, true) < before / 3);
    }
}

static void far_from_the_outline_nothing_changes(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plain_wall) wall = wall_of(picture);
    FC_AUTO(fc_colour_key) key = NULL;
    ASSERT_OK(fc_colour_key_new(wall, picture->size, false, &key, &err), err);
    float alpha[2] = { 0.25F, 0.75F };
    const uint8_t *middle = fc_image_row(picture, FC_WALL_SIDE / 2) + 3 * (FC_WALL_SIDE / 2);
    const float *belief = fc_colour_key_row(key, FC_WALL_SIDE / 2, FC_WALL_SIDE / 2,
                                            FC_WALL_SIDE / 2 + 1, middle, alpha);
    assert_float_equal(belief[0], 0, 0);
    assert_float_equal(alpha[0], 0.25, 0);
    assert_float_equal(alpha[1], 0.75, 0); /* not among those that were asked for */
}

static void what_was_keyed_before_keeps_px_of_the_walls_colour_inside(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plain_wall) wall = wall_of(picture);
    const int32_t x = FC_WALL_SIDE / 2 + 76; /* inside the disc, within reach */
    const uint8_t grey[3] = { 190, 196, 204 };
    for (int again = 0; again <= 1; again++) {
        FC_AUTO(fc_colour_key) key = NULL;
        ASSERT_OK(fc_colour_key_new(wall, picture->size, again == 1, &key, &err), err);
        float alpha = 1;
        (void)fc_colour_key_row(key, FC_WALL_SIDE / 2, x, x + 1, grey, &alpha);
        assert_true(again == 1 ? alpha > 0.9F : alpha < 0.3F);
    }
}

static void without_memory_it_fails_and_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) picture = fc_wall_picture(0, 0);
    FC_AUTO(fc_plain_wall) wall = wall_of(picture);
    fc_colour_key *key = NULL;
    SWEEP_ALLOCATIONS(fc_colour_key_new(wall, picture->size, false, &key, &err), key == NULL);
    fc_colour_key_free(key);
    fc_colour_key_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strands_that_the_mask_has_lost_are_found),
        cmocka_unit_test(far_from_the_outline_nothing_changes),
        cmocka_unit_test(what_was_keyed_before_keeps_px_of_the_walls_colour_inside),
        cmocka_unit_test(without_memory_it_fails_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
