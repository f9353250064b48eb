#include "pipeline/cutout.h"

#include <string.h>

#include "base/memory.h"
#include "image/decode.h"
#include "support/fc_photo.h"
#include "support/fc_test.h"

static void size_keeps_the_shape_and_stays_within_the_limit(void **state)
{
    (void)state;
    const fc_size photo = { 4000, 3000 };
    const fc_size small = fc_cutout_size(photo, 250000);
    assert_int_equal(small.width, 577);
    assert_int_equal(small.height, 433);
    assert_true((int64_t)small.width * small.height <= 250000);
}

static void a_photo_is_never_enlarged(void **state)
{
    (void)state;
    const fc_size same = fc_cutout_size((fc_size){ 30, 20 }, 250000);
    assert_int_equal(same.width, 30);
    assert_int_equal(fc_cutout_size((fc_size){ 9000, 20 }, 0).width, 9000);
}

static void no_side_vanishes(void **state)
{
    (void)state;
    const fc_size line = fc_cutout_size((fc_size){ 60000, 1 }, 100);
    assert_int_equal(line.height, 1);
    assert_true(line.width >= 1);
}

/* 100 x 80 px, see-through but for a person of 20 x 40 px at (30, 25). */
static const fc_region PERSON = { 30, 25, { 20, 40 } };

static fc_image *new_cutout(void)
{
    fc_error err = { 0 };
    fc_image *cutout = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 100, 80 }, 4, &cutout, &err), err);
    for (int32_t y = 0; y < 80; y++) {
        memset(fc_image_row(cutout, y), 0, 400);
        if (y >= 25 && y < 65) {
            memset(fc_image_row(cutout, y) + 4 * 30, 200, 4 * 20);
        }
    }
    return cutout;
}

static void assert_region(fc_region region, int32_t left, int32_t top, int32_t width,
                          int32_t height)
{
    assert_int_equal(region.left, left);
    assert_int_equal(region.top, top);
    assert_int_equal(region.size.width, width);
    assert_int_equal(region.size.height, height);
}

/* What is reported lies where the pixels are. */
static fc_region arranged(const fc_cutout_plan *plan, fc_size canvas)
{
    fc_error err = { 0 };
    FC_AUTO(fc_image) cutout = new_cutout();
    fc_region person = PERSON;
    ASSERT_OK(fc_cutout_arrange(plan, &person, &cutout, &err), err);
    assert_int_equal(cutout->size.width, canvas.width);
    assert_int_equal(cutout->size.height, canvas.height);
    const fc_region seen = fc_cutout_person(cutout);
    assert_region(seen, person.left, person.top, person.size.width, person.size.height);
    return person;
}

static void person_is_found_and_nobody_is_an_empty_box(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_cutout();
    assert_region(fc_cutout_person(cutout), 30, 25, 20, 40);
    for (int32_t y = 0; y < 80; y++) {
        memset(fc_image_row(cutout, y), 0, 400);
    }
    fc_image_row(cutout, 3)[4 * 7 + 3] = 5; /* too faint to be seen */
    assert_region(fc_cutout_person(cutout), 0, 0, 0, 0);
}

static void crop_leaves_the_margins_that_were_asked_for(void **state)
{
    (void)state;
    fc_cutout_plan plan = { .crop = true };
    assert_region(arranged(&plan, (fc_size){ 20, 40 }), 0, 0, 20, 40);
    plan.margin[FC_TOP] = (fc_length){ 10, true };
    plan.margin[FC_RIGHT] = (fc_length){ 3, false };
    plan.margin[FC_BOTTOM] = (fc_length){ 1000, false }; /* at most half of the person */
    plan.margin[FC_LEFT] = (fc_length){ 50, true };
    assert_region(arranged(&plan, (fc_size){ 33, 64 }), 10, 4, 20, 40);
}

static void scale_keeps_the_canvas_and_centres_the_person(void **state)
{
    (void)state;
    const fc_cutout_plan plan = { .scale = 0.5 };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 40, 20, 20, 40);
    const fc_cutout_plan whole = { .scale = 1.0 };
    assert_region(arranged(&whole, (fc_size){ 100, 80 }), 30, 0, 40, 80);
}

static void position_is_a_share_of_the_room_that_is_left(void **state)
{
    (void)state;
    fc_cutout_plan plan = { .placed = true, .position = { 0, 1 } };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 0, 40, 20, 40);
    plan.scale = 0.25;
    plan.position = (fc_point){ 1, 0 };
    assert_region(arranged(&plan, (fc_size){ 100, 80 }), 90, 0, 10, 20);
}

static void roi_clears_what_lies_outside(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    FC_AUTO(fc_image) cutout = new_cutout();
    const fc_cutout_plan plan = {
        .has_roi = true, .roi = { { 80, false }, { 50, true }, { 100, true }, { 160, false } }
    };
    /* px are those of the photo, twice as large as the cut-out */
    ASSERT_OK(fc_cutout_limit(&plan, (fc_size){ 200, 160 }, cutout, &fault, &err), err);
    assert_region(fc_cutout_person(cutout), 40, 40, 10, 25);
}

static void roi_beyond_the_photo_or_empty_is_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout_fault fault = FC_CUTOUT_SOUND;
    FC_AUTO(fc_image) cutout = new_cutout();
    fc_cutout_plan plan = { .has_roi = true,
                            .roi = { { 0, false }, { 0, false }, { 101, false }, { 80, false } } };
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_cutout_limit(&plan, (fc_size){ 100, 80 }, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_ROI_OUTSIDE);
    plan.roi[2].value = 0;
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_cutout_limit(&plan, (fc_size){ 100, 80 }, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_ROI_EMPTY);
}

static void arranging_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) cutout = new_cutout();
    const fc_image *before = cutout;
    fc_region person = PERSON;
    const fc_cutout_plan plan = { .scale = 0.3 };
    SWEEP_ALLOCATIONS(fc_cutout_arrange(&plan, &person, &cutout, &err), cutout == before);
}

/* 2 x 1 px: half a red person, and nothing. */
static fc_image *new_small_cutout(void)
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
    FC_AUTO(fc_image) cutout = new_small_cutout();
    lay(&(fc_cutout_plan){ 0 }, cutout);
    assert_int_equal(fc_image_row(cutout, 0)[3], 128);
    assert_int_equal(fc_image_row(cutout, 0)[7], 0);
}

static void colour_shows_through_and_makes_opaque(void **state)
{
    (void)state;
    FC_AUTO(fc_image) cutout = new_small_cutout();
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
    FC_AUTO(fc_image) cutout = new_small_cutout();
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
    FC_AUTO(fc_image) cutout = new_small_cutout();
    const fc_cutout_plan plan = { .backdrop = { (const uint8_t *)"no picture", 10 } };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_cutout_lay_behind(&plan, &fc_photo_limits, cutout, &fault, &err), err);
    assert_int_equal(fault, FC_CUTOUT_BACKDROP);
}

/* 16 x 8 px of grey; the left half is see-through where `alpha` says so. */
static fc_image *new_pixels(uint8_t alpha)
{
    fc_error err = { 0 };
    fc_image *pixels = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 16, 8 }, 4, &pixels, &err), err);
    for (int32_t y = 0; y < 8; y++) {
        for (int32_t x = 0; x < 16; x++) {
            uint8_t *px = fc_image_row(pixels, y) + (ptrdiff_t)4 * x;
            memset(px, 120, 3);
            px[3] = x < 8 ? alpha : 255;
        }
    }
    return pixels;
}

static fc_photo_facts facts_of(const fc_buffer *file)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(fc_buffer_bytes(file), &fc_photo_limits, &facts, &err), err);
    return facts;
}

static void check(fc_cutout_plan plan, uint8_t alpha, fc_format format, int32_t channels)
{
    fc_error err = { 0 };
    fc_cutout out = { 0 };
    FC_AUTO(fc_image) pixels = new_pixels(alpha);
    ASSERT_OK(fc_cutout_encode(&plan, pixels, &out, &err), err);
    const fc_photo_facts facts = facts_of(&out.file);
    assert_int_equal(facts.format, format);
    assert_int_equal(facts.channels, channels);
    assert_int_equal(out.size.width, 16);
    assert_int_equal(out.alpha_file.size, 0);
    fc_cutout_clear(&out);
}

static void auto_is_png_where_something_is_see_through_and_jpeg_elsewhere(void **state)
{
    (void)state;
    check((fc_cutout_plan){ 0 }, 254, FC_FORMAT_PNG, 4);
    check((fc_cutout_plan){ 0 }, 255, FC_FORMAT_JPEG, 3);
}

static void each_format_has_the_channels_that_it_needs(void **state)
{
    (void)state;
    check((fc_cutout_plan){ .format = FC_CUTOUT_PNG }, 255, FC_FORMAT_PNG, 3);
    check((fc_cutout_plan){ .format = FC_CUTOUT_PNG, .keep_alpha = true }, 255, FC_FORMAT_PNG, 4);
    check((fc_cutout_plan){ .format = FC_CUTOUT_JPEG }, 0, FC_FORMAT_JPEG, 3);
    check((fc_cutout_plan){ .format = FC_CUTOUT_WEBP }, 0, FC_FORMAT_WEBP, 4);
    check((fc_cutout_plan){ .alpha_only = true }, 0, FC_FORMAT_PNG, 1);
    check((fc_cutout_plan){ .alpha_only = true, .format = FC_CUTOUT_JPEG }, 0, FC_FORMAT_JPEG, 3);
}

static void pair_is_colours_without_holes_and_their_alpha(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout out = { 0 };
    FC_AUTO(fc_image) pixels = new_pixels(0);
    const fc_cutout_plan plan = { .format = FC_CUTOUT_PAIR };
    ASSERT_OK(fc_cutout_encode(&plan, pixels, &out, &err), err);
    assert_int_equal(facts_of(&out.alpha_file).channels, 1);
    FC_AUTO(fc_raster) colours = fc_photo_decode(fc_buffer_bytes(&out.file));
    fc_photo_assert_colour(colours->pixels, 2, 4, (const uint8_t[3]){ 120, 120, 120 }, 3);
    fc_cutout_clear(&out);
}

static void jpeg_of_nothing_is_white(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_cutout out = { 0 };
    FC_AUTO(fc_image) pixels = new_pixels(0);
    const fc_cutout_plan plan = { .format = FC_CUTOUT_JPEG };
    ASSERT_OK(fc_cutout_encode(&plan, pixels, &out, &err), err);
    FC_AUTO(fc_raster) decoded = fc_photo_decode(fc_buffer_bytes(&out.file));
    fc_photo_assert_colour(decoded->pixels, 2, 4, (const uint8_t[3]){ 255, 255, 255 }, 3);
    fc_cutout_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_keeps_the_shape_and_stays_within_the_limit),
        cmocka_unit_test(a_photo_is_never_enlarged),
        cmocka_unit_test(no_side_vanishes),
        cmocka_unit_test(person_is_found_and_nobody_is_an_empty_box),
        cmocka_unit_test(crop_leaves_the_margins_that_were_asked_for),
        cmocka_unit_test(scale_keeps_the_canvas_and_centres_the_person),
        cmocka_unit_test(position_is_a_share_of_the_room_that_is_left),
        cmocka_unit_test(roi_clears_what_lies_outside),
        cmocka_unit_test(roi_beyond_the_photo_or_empty_is_refused_by_name),
        cmocka_unit_test(arranging_survives_every_allocation_failure),
        cmocka_unit_test(without_a_background_nothing_changes),
        cmocka_unit_test(colour_shows_through_and_makes_opaque),
        cmocka_unit_test(half_a_colour_leaves_half_to_see_through),
        cmocka_unit_test(picture_covers_the_canvas_from_its_middle),
        cmocka_unit_test(picture_that_is_none_is_the_backdrops_fault),
        cmocka_unit_test(auto_is_png_where_something_is_see_through_and_jpeg_elsewhere),
        cmocka_unit_test(each_format_has_the_channels_that_it_needs),
        cmocka_unit_test(pair_is_colours_without_holes_and_their_alpha),
        cmocka_unit_test(jpeg_of_nothing_is_white),
    };
    return cmocka_run_group_tests_name("pipeline/cutout", tests, NULL, NULL);
}
