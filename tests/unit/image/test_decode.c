#include "image/decode.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/fc_photo.h"

static fc_photo_facts probe(fc_bytes file)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(file, &fc_photo_limits, &facts, &err), err);
    return facts;
}

static void assert_quadrants(const char *name, int tolerance)
{
    FC_AUTO(fc_mapping) file = fc_photo_open(name);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    fc_photo_assert_quadrants(raster->pixels, tolerance);
}

static void all_orientations_come_out_upright(void **state)
{
    (void)state;
    for (int orientation = 1; orientation <= 8; orientation++) {
        char name[64];
        (void)snprintf(name, sizeof name, "orientation_%d.jpg", orientation);
        FC_AUTO(fc_mapping) file = fc_photo_open(name);
        const fc_photo_facts facts = probe(file->bytes);
        assert_int_equal(facts.orientation, orientation);
        assert_int_equal(facts.size.width, 32);
        assert_int_equal(facts.size.height, 16);
        assert_quadrants(name, 4);
    }
}

static void lossless_files_keep_their_colours_exactly(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "rgb.png",       "palette.png",   "interlaced.png",
                                         "rgb16.png",     "quadrants.gif", "animated.gif",
                                         "lossless.webp", "animated.webp", "lzw.tif",
                                         "quadrants.bmp" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        assert_quadrants(NAMES[i], 0);
    }
}

static void lossy_files_keep_their_colours_nearly(void **state)
{
    (void)state;
    assert_quadrants("progressive.jpg", 4);
    assert_quadrants("lossy.webp", 8);
    assert_quadrants("quadrants.heic", 4);
    assert_quadrants("quadrants.avif", 4);
}

/* Expected values from Little CMS: Display P3 to sRGB, relative colorimetric. */
static void embedded_profile_is_applied(void **state)
{
    (void)state;
    static const uint8_t EXPECTED[4][3] = {
        { 218, 0, 27 }, { 0, 163, 40 }, { 34, 61, 208 }, { 224, 199, 0 }
    };
    FC_AUTO(fc_mapping) file = fc_photo_open("p3.jpg");
    assert_true(probe(file->bytes).has_profile);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    for (int32_t i = 0; i < 4; i++) {
        fc_photo_assert_colour(raster->pixels, 8 + 16 * (i % 2), 4 + 8 * (i / 2), EXPECTED[i], 4);
    }
}

static void broken_profile_is_ignored(void **state)
{
    (void)state;
    assert_quadrants("broken_profile.jpg", 4);
}

/* Without a profile the values depend on the press that the library assumes; the hues do not. */
static void cmyk_comes_out_as_rgb(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "cmyk.jpg", "cmyk.tif" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        const fc_photo_facts facts = probe(file->bytes);
        assert_int_equal(facts.channels, 4);
        assert_false(facts.has_alpha);
        FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
        for (int32_t q = 0; q < 3; q++) { /* red, green, blue: their own channel is far ahead */
            const uint8_t *pixel =
                fc_image_row(raster->pixels, 4 + 8 * (q / 2)) + 3 * (8 + 16 * (q % 2));
            assert_true(pixel[q] > pixel[(q + 1) % 3] + 20);
            assert_true(pixel[q] > pixel[(q + 2) % 3] + 20);
        }
    }
}

static void grey_becomes_three_equal_channels(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "grey.png", "grey.jpg" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
        const uint8_t red[3] = { 88, 88, 88 }; /* luma of (200, 40, 40) */
        const uint8_t yellow[3] = { 190, 190, 190 };
        fc_photo_assert_colour(raster->pixels, 4, 4, red, 2);
        fc_photo_assert_colour(raster->pixels, 28, 12, yellow, 2);
    }
}

static void one_bit_is_black_and_white(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("one_bit.png");
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    fc_photo_assert_colour(raster->pixels, 4, 4, (const uint8_t[3]){ 0, 0, 0 }, 0);
    fc_photo_assert_colour(raster->pixels, 28, 12, (const uint8_t[3]){ 255, 255, 255 }, 0);
}

static void background_shows_through_transparency(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("alpha.png");
    const fc_photo_facts facts = probe(file->bytes);
    assert_true(facts.has_alpha);
    const fc_decode_request request = { .shrink = 1, .background = { 10, 200, 255 } };
    FC_AUTO(fc_raster) raster = NULL;
    ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
    fc_photo_assert_colour(raster->pixels, 4, 4, fc_photo_quadrants[0], 0);
    /* (40, 60, 200) at 128/255 over the background */
    fc_photo_assert_colour(raster->pixels, 4, 12, (const uint8_t[3]){ 25, 130, 227 }, 0);
    fc_photo_assert_colour(raster->pixels, 28, 12, (const uint8_t[3]){ 10, 200, 255 }, 0);
}

static void grey_with_alpha_of_16_bits_is_flattened(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("grey_alpha16.png");
    assert_int_equal(probe(file->bytes).bits, 16);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    fc_photo_assert_colour(raster->pixels, 4, 4, (const uint8_t[3]){ 128, 128, 128 }, 0);
    fc_photo_assert_colour(raster->pixels, 28, 4, (const uint8_t[3]){ 255, 255, 255 }, 0);
}

static void single_pixel_survives_every_shrink(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("one_pixel.png");
    const fc_photo_facts facts = probe(file->bytes);
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        const fc_decode_request request = { .shrink = shrink };
        FC_AUTO(fc_raster) raster = NULL;
        ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
        fc_photo_assert_colour(raster->pixels, 0, 0, fc_photo_quadrants[0], 0);
    }
}

/* Wherever a raster pixel lies in the photo, the photo's quadrant has its colour: for every
 * orientation, shrink and region. */
static void raster_lies_where_it_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const fc_box REGIONS[] = {
        { 0, 0, 0, 0 }, { 1, 1, 31, 15 },         { 20, 2, 9, 3 },
        { 3, 9, 5, 6 }, { 17.5, 9.5, 14.5, 6.5 }, { 30, 14, 90, 90 }
    };
    for (int orientation = 1; orientation <= 8; orientation++) {
        char name[64];
        (void)snprintf(name, sizeof name, "orientation_%d.jpg", orientation);
        FC_AUTO(fc_mapping) file = fc_photo_open(name);
        const fc_photo_facts facts = probe(file->bytes);
        for (size_t i = 0; i < 4 * sizeof REGIONS / sizeof REGIONS[0]; i++) {
            const fc_decode_request request = { .shrink = 1 << i % 4, .region = REGIONS[i / 4] };
            FC_AUTO(fc_raster) raster = NULL;
            ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
            const fc_image *image = raster->pixels;
            for (int32_t y = 0; y < image->size.height; y++) {
                for (int32_t x = 0; x < image->size.width; x++) {
                    const fc_point at =
                        fc_similarity_apply(raster->to_photo, (fc_point){ x + 0.5, y + 0.5 });
                    assert_true(at.x > 0 && at.x < 32 && at.y > 0 && at.y < 16);
                    const int quadrant = (at.x > 16) + 2 * (at.y > 8);
                    fc_photo_assert_colour(image, x, y, fc_photo_quadrants[quadrant], 8);
                }
            }
        }
    }
}

static void region_is_rounded_outwards(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("rgb.png");
    const fc_photo_facts facts = probe(file->bytes);
    const fc_decode_request request = { .shrink = 4, .region = { 5, 5, 4, 1 } };
    FC_AUTO(fc_raster) raster = NULL;
    ASSERT_OK(fc_decode(file->bytes, &facts, &request, &raster, &err), err);
    assert_int_equal(raster->pixels->size.width, 2);
    assert_int_equal(raster->pixels->size.height, 1);
    assert_true(raster->to_photo.tx == 4 && raster->to_photo.ty == 4);
    assert_true(raster->to_photo.a == 4 && raster->to_photo.b == 0);
}

/* Every cut ends in a refusal, never in half a picture. The last bytes of some types carry no
 * pixels, so cuts start before them. */
/* What a crop leaves out counts among the pixels that were allowed, so it is no surprise here. */
static void cropped_picture_is_decoded(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("cropped.heic");
    const fc_photo_facts facts = probe(file->bytes);
    assert_true(facts.stored > (int64_t)facts.size.width * facts.size.height);
    FC_AUTO(fc_raster) raster = fc_photo_decode(file->bytes);
    assert_int_equal(raster->pixels->size.width, facts.size.width);
    assert_int_equal(raster->pixels->size.height, facts.size.height);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t tail; /* bytes at the end that may be missing */
    } FILES[] = { { "orientation_6.jpg", 2 }, { "progressive.jpg", 2 }, { "cmyk.jpg", 2 },
                  { "rgb.png", 16 },          { "interlaced.png", 16 }, { "rgb16.png", 16 },
                  { "quadrants.gif", 3 },     { "lzw.tif", 0 },         { "lossy.webp", 1 },
                  { "lossless.webp", 1 },     { "quadrants.bmp", 0 },   { "quadrants.heic", 2 },
                  { "quadrants.avif", 2 } };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        for (size_t size = 0; size + FILES[i].tail < file->bytes.size; size++) {
            /* A copy of exactly this size: a read past the end is then seen. */
            fc_error err = { 0 };
            FC_AUTO(fc_octets) cut = NULL;
            ASSERT_OK(fc_memory_new(size, 1, (void **)&cut, &err), err);
            memcpy(cut, file->bytes.data, size);
            fc_photo_facts facts = { 0 };
            const fc_bytes bytes = { cut, size };
            fc_status status = fc_decode_probe(bytes, &fc_photo_limits, &facts, &err);
            FC_AUTO(fc_raster) raster = NULL;
            if (status == FC_OK) {
                const fc_decode_request request = { .shrink = 1 };
                status = fc_decode(bytes, &facts, &request, &raster, &err);
            }
            if (status == FC_OK) {
                fail_msg("%s cut to %zu bytes was decoded", FILES[i].name, size);
            }
            assert_true(status == FC_CORRUPT_IMAGE || status == FC_UNSUPPORTED_FORMAT);
            assert_true(err.text[0] != '\0');
        }
    }
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const NAMES[] = { "orientation_6.jpg", "quadrants.bmp" };
    for (size_t i = 0; i < 2; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        const fc_photo_facts facts = probe(file->bytes);
        const fc_decode_request request = { .shrink = 2 };
        FC_AUTO(fc_raster) raster = NULL;
        SWEEP_ALLOCATIONS(fc_decode(file->bytes, &facts, &request, &raster, &err), raster == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orientations_come_out_upright),
        cmocka_unit_test(lossless_files_keep_their_colours_exactly),
        cmocka_unit_test(lossy_files_keep_their_colours_nearly),
        cmocka_unit_test(embedded_profile_is_applied),
        cmocka_unit_test(broken_profile_is_ignored),
        cmocka_unit_test(cmyk_comes_out_as_rgb),
        cmocka_unit_test(grey_becomes_three_equal_channels),
        cmocka_unit_test(one_bit_is_black_and_white),
        cmocka_unit_test(background_shows_through_transparency),
        cmocka_unit_test(grey_with_alpha_of_16_bits_is_flattened),
        cmocka_unit_test(single_pixel_survives_every_shrink),
        cmocka_unit_test(raster_lies_where_it_says),
        cmocka_unit_test(region_is_rounded_outwards),
        cmocka_unit_test(cropped_picture_is_decoded),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/decode", tests, NULL, NULL);
}
