#include "pipeline/cutout_backdrop.h"

#include "support/fc_photo.h"

/* 2 x 1 px: half a red person, and nothing. */
static fc_image *new_cutout(void)
{
    fc_error err = { 0 };
    fc_image *cutout = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 2, 1 }, 4, &cutout, &err), err);
    static const uint8_t PIXELS[] = { 200, 0, 0, 128, 0, 0, 0, 0 };
    for (int i = 0; i < 8; i++) {
        fc_image_row(cutout, 0)[i] = PIXELS[i];
    }
    return cutout;
}

static void lay(const fc_cutout_plan *plan, fc_image *cutout)
{
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    ASSERT_OK(fc_cutout_lay_behind(plan, &fc_photo_limits, cutout, &fault, &err), err);
}

static void without_a_background_nothing_changes(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_cutout();
    lay(&(fc_cutout_plan){ 0 }, cutout);
    assert_int_equal(fc_image_row(cutout, 0)[3], 128);
    assert_int_equal(fc_image_row(cutout, 0)[7], 0);
}

static void colour_shows_through_and_makes_opaque(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_cutout();
    lay(&(fc_cutout_plan){ .colour = { 0, 100, 0, 255 } }, cutout);
    const uint8_t *px = fc_image_row(cutout, 0);
    assert_in_range(px[0], 99, 101);
    assert_in_range(px[1], 49, 51);
    assert_int_equal(px[3], 255);
    assert_int_equal(px[5], 100);
    assert_int_equal(px[7], 255);
}

static void half_a_colour_leaves_half_to_see_through(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_cutout();
    lay(&(fc_cutout_plan){ .colour = { 0, 100, 0, 128 } }, cutout);
    assert_in_range(fc_image_row(cutout, 0)[3], 190, 192);
    assert_int_equal(fc_image_row(cutout, 0)[7], 128);
}

static void picture_covers_the_canvas_from_its_middle(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_1.jpg");
    FC_AUTO(fc_image) cutout = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 40, 40 }, 4, &cutout, &err), err);
    for (int32_t y = 0; y < 40; y++) {
        for (int32_t x = 0; x < 160; x++) {
            fc_image_row(cutout, y)[x] = 0;
        }
    }
    lay(&(fc_cutout_plan){ .backdrop = file->bytes }, cutout);
    for (int i = 0; i < 4; i++) {
        fc_photo_assert_colour(cutout, i % 2 == 0 ? 8 : 32, i / 2 == 0 ? 8 : 32,
                               fc_photo_quadrants[i], 12);
    }
    assert_int_equal(fc_image_row(cutout, 39)[4 * 39 + 3], 255);
}

static void picture_that_is_none_is_the_backdrops_fault(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    FC_AUTO(fc_image) cutout = new_cutout();
    const fc_cutout_plan plan = { .backdrop = { (const uint8_t *)"no picture", 10 } };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_cutout_lay_behind(&plan, &fc_photo_limits, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_BACKDROP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_background_nothing_changes),
        cmocka_unit_test(colour_shows_through_and_makes_opaque),
        cmocka_unit_test(half_a_colour_leaves_half_to_see_through),
        cmocka_unit_test(picture_covers_the_canvas_from_its_middle),
        cmocka_unit_test(picture_that_is_none_is_the_backdrops_fault),
    };
    return cmocka_run_group_tests_name("pipeline/cutout_backdrop", tests, NULL, NULL);
}
