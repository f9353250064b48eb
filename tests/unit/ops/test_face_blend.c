#include "ops/face_blend.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ops/warp.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/photo_file.h"
#include "support/pictures.h"

enum { SQUARE = 512 };

/* A face, the picture that it is in, and how the square lies on it. */
typedef struct scene {
    fc_image *picture;
    fc_image *before;
    fc_plane *matte;
    fc_image *given;
    fc_similarity to_square;
} scene;

static scene make_scene(double turn, double picture_px_per_square_px)
{
    fc_error err = { 0 };
    scene made = { .picture = fc_photo_read("tests/data/astronaut.png") };
    ASSERT_OK(fc_image_copy(made.picture, &made.before, &err), err);
    made.matte = fc_test_matte(made.picture->size, 1.0F);
    const double scale = picture_px_per_square_px;
    fc_similarity from_square = { scale * cos(turn), scale * sin(turn), 0, 0 };
    const fc_point middle = fc_similarity_apply(from_square, (fc_point){ 256, 300 });
    from_square.tx = 222 - middle.x; /* the astronaut's nose */
    from_square.ty = 118 - middle.y;
    FC_AUTO(fc_plane) coverage = NULL;
    ASSERT_OK(fc_warp(made.picture, from_square, (fc_size){ SQUARE, SQUARE }, &made.given,
                      &coverage, &err),
              err);
    made.to_square = fc_similarity_invert(from_square);
    return made;
}

static void clear_scene(scene *made)
{
    fc_image_free(made->picture);
    fc_image_free(made->before);
    fc_plane_free(made->matte);
    fc_image_free(made->given);
}

static void blend(const scene *on, const fc_image *repainted)
{
    fc_error err = { 0 };
    ASSERT_OK(
        fc_face_blend_in_place(on->picture, on->matte, on->given, repainted, on->to_square, &err),
        err);
}

/* Levels that luma moved by, at a pixel. */
static int moved(const scene *on, int32_t x, int32_t y)
{
    return fc_image_row(on->picture, y)[3 * x] - fc_image_row(on->before, y)[3 * x];
}

static void a_face_that_was_not_changed_changes_nothing(void **state)
{
    (void)state;
    const double turns[] = { 0, 0.35, -1.2, 3.1 };
    const double scales[] = { 0.25, 0.4, 1.3 };
    for (size_t i = 0; i < 12; i++) {
        scene made = make_scene(turns[i % 4], scales[i / 4]);
        blend(&made, made.given);
        fc_pattern_assert_alike(made.picture, made.before, 0);
        clear_scene(&made);
    }
}

/* The mean of the change is left out: a face that came back brighter stays as bright as the neck.
 */
static void a_face_that_is_only_brighter_changes_nothing(void **state)
{
    (void)state;
    scene made = make_scene(0.2, 0.4);
    FC_AUTO(fc_image) brighter = NULL;
    fc_error err = { 0 };
    for (int32_t y = 0; y < SQUARE; y++) { /* room below white, so that nothing is cut off */
        uint8_t *row = fc_image_row(made.given, y);
        for (int32_t x = 0; x < 3 * SQUARE; x++) {
            row[x] = row[x] > 225 ? 225 : row[x];
        }
    }
    ASSERT_OK(fc_image_copy(made.given, &brighter, &err), err);
    for (int32_t y = 0; y < SQUARE; y++) {
        uint8_t *row = fc_image_row(brighter, y);
        for (int32_t x = 0; x < 3 * SQUARE; x++) {
            row[x] = (uint8_t)(row[x] + 30);
        }
    }
    blend(&made, brighter);
    fc_pattern_assert_alike(made.picture, made.before, 0);
    clear_scene(&made);
}

/* The worst that a network could do: a flat face. Along any line through the oval's edge the
 * change grows by a few levels a pixel, and outside there is none. */
static void a_flat_face_leaves_no_seam(void **state)
{
    (void)state;
    scene made = make_scene(0.0, 0.4);
    FC_AUTO(fc_image) flat = fc_test_flat((fc_size){ SQUARE, SQUARE }, 128, 128, 128);
    fc_image *grey = fc_test_flat(made.picture->size, 60, 60, 60);
    for (int32_t y = 0; y < SQUARE; y++) { /* a dark half and a bright half: a strong change */
        uint8_t *row = fc_image_row(made.given, y);
        for (int32_t x = 0; x < 3 * SQUARE; x++) {
            row[x] = x < 3 * SQUARE / 2 ? 28 : 228;
        }
    }
    fc_image_free(made.picture);
    made.picture = grey;
    fc_image_free(made.before);
    made.before = fc_test_flat(made.picture->size, 60, 60, 60);
    blend(&made, flat);
    int steepest = 0;
    for (int32_t y = 0; y < made.picture->size.height; y++) {
        for (int32_t x = 1; x < made.picture->size.width; x++) {
            const fc_point at = fc_similarity_apply(made.to_square, (fc_point){ x, y });
            if (fabs(at.x - 256) > 30) { /* not across the line between the halves */
                const int step = abs(moved(&made, x, y) - moved(&made, x - 1, y));
                steepest = step > steepest ? step : steepest;
            }
            if (hypot((at.x - 256) / 190, (at.y - 297) / 210) > 1) {
                assert_int_equal(moved(&made, x, y), 0);
            }
        }
    }
    print_message("steepest step at the seam: %d levels of a change of 100\n", steepest);
    assert_true(moved(&made, 200, 118) > 90);
    assert_true(steepest <= 6); /* 0.4 px a px of the square; on a usual canvas it is 1.5 */
    clear_scene(&made);
}

static void colours_stay_what_they_were(void **state)
{
    (void)state;
    scene made = make_scene(-0.3, 0.5);
    FC_AUTO(fc_image) red = fc_test_flat((fc_size){ SQUARE, SQUARE }, 250, 40, 40);
    blend(&made, red);
    int64_t changed = 0;
    for (int32_t y = 0; y < made.picture->size.height; y++) {
        const uint8_t *after = fc_image_row(made.picture, y);
        const uint8_t *before = fc_image_row(made.before, y);
        for (int32_t x = 0; x < made.picture->size.width; x++, after += 3, before += 3) {
            changed += after[1] != before[1] ? 1 : 0;
            if (after[0] > 0 && after[0] < 255 && after[1] > 0 && after[1] < 255) {
                assert_int_equal(after[0] - after[1], before[0] - before[1]);
            }
        }
    }
    assert_true(changed > 5000);
    clear_scene(&made);
}

static void what_is_not_the_person_is_left_alone(void **state)
{
    (void)state;
    scene made = make_scene(0.0, 0.4);
    fc_plane_free(made.matte);
    made.matte = fc_test_matte(made.picture->size, 0.0F);
    FC_AUTO(fc_image) noise = fc_pattern_noise((fc_size){ SQUARE, SQUARE }, 3, 11);
    blend(&made, noise);
    fc_pattern_assert_alike(made.picture, made.before, 0);
    clear_scene(&made);
}

static void blending_survives_every_allocation_failure(void **state)
{
    (void)state;
    scene made = make_scene(0.0, 1.5);
    FC_AUTO(fc_image) noise = fc_pattern_noise((fc_size){ SQUARE, SQUARE }, 3, 12);
    fc_error err = { 0 };
    const uint8_t *middle = fc_image_row(made.picture, 118) + 3 * 222;
    const uint8_t level = *middle;
    SWEEP_ALLOCATIONS(
        fc_face_blend_in_place(made.picture, made.matte, made.given, noise, made.to_square, &err),
        *middle == level);
    clear_scene(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_face_that_was_not_changed_changes_nothing),
        cmocka_unit_test(a_face_that_is_only_brighter_changes_nothing),
        cmocka_unit_test(a_flat_face_leaves_no_seam),
        cmocka_unit_test(colours_stay_what_they_were),
        cmocka_unit_test(what_is_not_the_person_is_left_alone),
        cmocka_unit_test(blending_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("ops/face_blend", tests, NULL, NULL);
}
