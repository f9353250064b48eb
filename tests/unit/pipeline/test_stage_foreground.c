#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"

#define SIDE 96

/* Where the person ends, over so many columns. */
#define EDGE 48
#define SOFT 8

/* The photo ends above this row. */
#define TOP 10

static const uint8_t PERSON[3] = { 200, 60, 40 };
static const uint8_t WALL[3] = { 40, 180, 60 };

static float share_at(int32_t x)
{
    const float share = (float)(EDGE + SOFT / 2 - x) / SOFT;
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Somebody red on the left, before something green. */
static void draw(fc_photo *photo, fc_portrait *portrait, fc_background_kind kind)
{
    fc_error err = { 0 };
    const fc_size size = { SIDE, SIDE };
    *photo = (fc_photo){ .params = fc_params_default() };
    photo->params.background = fc_background_of(kind);
    *portrait = (fc_portrait){ .photo = photo };
    portrait->frame.canvas = size;
    portrait->frame.face_in_canvas = (fc_box){ 8, 24, 40, 40 };
    ASSERT_OK(fc_image_new(size, 3, &portrait->canvas, &err), err);
    ASSERT_OK(fc_plane_new(size, &portrait->matte, &err), err);
    ASSERT_OK(fc_plane_new(size, &portrait->coverage, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const float share = share_at(x);
            for (int c = 0; c < 3; c++) {
                fc_image_row(portrait->canvas, y)[3 * x + c] =
                    (uint8_t)(share * (float)PERSON[c] + (1 - share) * (float)WALL[c] + 0.5F);
            }
            fc_plane_row(portrait->matte, y)[x] = share;
            fc_plane_row(portrait->coverage, y)[x] = y < TOP ? 0 : 1;
        }
    }
}

static void run(fc_portrait *portrait)
{
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    ASSERT_OK(fc_stage_foreground(portrait, &report, &err), err);
}

/* Levels of green beyond the person's own, in the middle row. */
static int32_t spill_at(const fc_image *picture, int32_t x)
{
    return fc_image_row(picture, SIDE / 2)[3 * x + 1] - PERSON[1];
}

static void the_old_background_is_taken_out_of_soft_edges(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    draw(&photo, &portrait, FC_BACKGROUND_COLOUR);
    run(&portrait);
    assert_true(spill_at(portrait.canvas, EDGE) > 50);
    assert_true(abs(spill_at(portrait.person, EDGE)) < 15);
    assert_int_equal(spill_at(portrait.person, 10), 0);
    assert_null(portrait.ground);
    fc_portrait_clear(&portrait);
}

/* Keying calls a px whole that is only most of the person. */
static void a_keyed_matte_is_believed_less_at_its_edge(void **state)
{
    (void)state;
    int32_t spill[2] = { 0, 0 };
    for (int keyed = 0; keyed < 2; keyed++) {
        fc_photo photo;
        fc_portrait portrait;
        draw(&photo, &portrait, FC_BACKGROUND_COLOUR);
        for (int32_t y = 0; y < SIDE; y++) {
            for (int32_t x = 0; x < SIDE; x++) {
                float *share = &fc_plane_row(portrait.matte, y)[x];
                *share = fminf(*share / 0.8F, 1);
            }
        }
        portrait.keyed = keyed == 1;
        run(&portrait);
        for (int32_t x = EDGE - SOFT / 2; x < EDGE; x++) {
            spill[keyed] += spill_at(portrait.person, x);
        }
        fc_portrait_clear(&portrait);
    }
    assert_true(spill[1] < spill[0] / 2);
}

static void a_photo_that_keeps_its_background_is_the_canvas_as_it_is(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    draw(&photo, &portrait, FC_BACKGROUND_KEEP);
    const fc_image *canvas = portrait.canvas;
    run(&portrait);
    assert_ptr_equal(portrait.person, canvas);
    assert_null(portrait.canvas);
    assert_true(fc_plane_row(portrait.matte, SIDE / 2)[SIDE - 1] >= 1);
    assert_true(fc_plane_row(portrait.matte, 0)[0] <= 0);
    fc_portrait_clear(&portrait);
}

static void what_is_blurred_holds_nothing_of_the_person(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    draw(&photo, &portrait, FC_BACKGROUND_BLUR);
    run(&portrait);
    const uint8_t *row = fc_image_row(portrait.ground, SIDE / 2);
    assert_int_equal(row[4 * 10 + 3], 0);
    assert_int_equal(row[4 * EDGE + 3], 0);
    assert_int_equal(row[4 * (SIDE - 1) + 3], 255);
    assert_memory_equal(&row[4 * (SIDE - 1)], WALL, sizeof WALL);
    assert_int_equal(fc_image_row(portrait.ground, 0)[4 * (SIDE - 1) + 3], 0);
    fc_portrait_clear(&portrait);
}

static void it_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    fc_error err = { 0 };
    fc_stage_report report = { 0 };
    draw(&photo, &portrait, FC_BACKGROUND_BLUR);
    portrait.keyed = true;
    SWEEP_ALLOCATIONS(fc_stage_foreground(&portrait, &report, &err), portrait.person == NULL);
    fc_portrait_clear(&portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_old_background_is_taken_out_of_soft_edges),
        cmocka_unit_test(a_keyed_matte_is_believed_less_at_its_edge),
        cmocka_unit_test(a_photo_that_keeps_its_background_is_the_canvas_as_it_is),
        cmocka_unit_test(what_is_blurred_holds_nothing_of_the_person),
        cmocka_unit_test(it_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("pipeline/stage_foreground", tests, NULL, NULL);
}
