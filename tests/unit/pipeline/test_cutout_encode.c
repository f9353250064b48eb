#include "pipeline/cutout_encode.h"

#include <string.h>

#include "image/decode.h"
#include "support/fc_photo.h"

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
        cmocka_unit_test(auto_is_png_where_something_is_see_through_and_jpeg_elsewhere),
        cmocka_unit_test(each_format_has_the_channels_that_it_needs),
        cmocka_unit_test(pair_is_colours_without_holes_and_their_alpha),
        cmocka_unit_test(jpeg_of_nothing_is_white),
    };
    return cmocka_run_group_tests_name("pipeline/cutout_encode", tests, NULL, NULL);
}
