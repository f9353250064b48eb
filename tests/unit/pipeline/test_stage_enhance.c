#include <string.h>

#include "base/memory.h"
#include "pipeline/stage_functions.h"
#include "support/fc_test.h"
#include "support/patterns.h"

#define SIDE 96

/* A dim person of one colour with some texture, everywhere on the canvas. */
static void make_dim(fc_photo *photo, fc_portrait *portrait)
{
    fc_error err = { 0 };
    uint32_t seed = 1;
    *photo = (fc_photo){ .params = fc_params_default() };
    *portrait = (fc_portrait){ .photo = photo };
    portrait->frame.canvas = (fc_size){ SIDE, SIDE };
    portrait->frame.to_photo = (fc_similarity){ 1, 0, 0, 0 };
    portrait->frame.face_in_canvas = (fc_box){ 24, 24, 48, 48 };
    ASSERT_OK(fc_image_new((fc_size){ SIDE, SIDE }, 3, &portrait->canvas, &err), err);
    ASSERT_OK(fc_plane_new((fc_size){ SIDE, SIDE }, &portrait->matte, &err), err);
    for (int32_t y = 0; y < SIDE; y++) {
        for (int32_t x = 0; x < SIDE; x++) {
            const uint8_t light = (uint8_t)(fc_pattern_random(&seed) % 8);
            memcpy(fc_image_row(portrait->canvas, y) + 3 * x,
                   (const uint8_t[]){ (uint8_t)(60 + light), (uint8_t)(44 + light),
                                      (uint8_t)(36 + light) },
                   3);
            fc_plane_row(portrait->matte, y)[x] = 1;
        }
    }
}

static double enhanced_mean(fc_choice how, fc_stage_report *report)
{
    fc_error err = { 0 };
    fc_photo photo;
    fc_portrait portrait;
    make_dim(&photo, &portrait);
    photo.params.enhance_photo = how;
    ASSERT_OK(fc_stage_enhance(&portrait, report, &err), err);
    assert_int_equal(portrait.canvas->size.width, SIDE);
    assert_int_equal(portrait.canvas->size.height, SIDE);
    const double mean = fc_pattern_mean(portrait.canvas);
    fc_portrait_clear(&portrait);
    return mean;
}

static void a_dim_portrait_becomes_lighter_and_the_note_says_so(void **state)
{
    (void)state;
    fc_photo photo;
    fc_portrait portrait;
    make_dim(&photo, &portrait);
    const double before = fc_pattern_mean(portrait.canvas);
    fc_portrait_clear(&portrait);
    fc_stage_report report = { 0 };
    assert_true(enhanced_mean(FC_ENHANCE_NATURAL, &report) > before);
    assert_non_null(strstr(report.note, "exposure"));
}

static void strong_is_no_weaker_than_natural(void **state)
{
    (void)state;
    fc_stage_report report = { 0 };
    const double natural = enhanced_mean(FC_ENHANCE_NATURAL, &report);
    assert_true(enhanced_mean(FC_ENHANCE_STRONG, &report) >= natural);
}

static void without_memory_the_canvas_stays(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_photo photo;
    fc_portrait portrait;
    make_dim(&photo, &portrait);
    const fc_image *canvas = portrait.canvas;
    fc_stage_report report = { 0 };
    SWEEP_ALLOCATIONS(fc_stage_enhance(&portrait, &report, &err), portrait.canvas == canvas);
    fc_portrait_clear(&portrait);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dim_portrait_becomes_lighter_and_the_note_says_so),
        cmocka_unit_test(strong_is_no_weaker_than_natural),
        cmocka_unit_test(without_memory_the_canvas_stays),
    };
    return cmocka_run_group_tests_name("pipeline/stage_enhance", tests, NULL, NULL);
}
