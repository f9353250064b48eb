#define _GNU_SOURCE /* memmem */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/jpeg_file.h"
#include "support/sources.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* Sides that no block divides. */
static const fc_size SIZE = { 157, 83 };

static const jpeg_kind BASELINE = { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } } };

/* Every way of coding a picture. */
static const jpeg_kind CODINGS[] = {
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } } },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .restart_blocks = 3 },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .apart = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .progressive = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .arithmetic = true },
    { .colours = JPEG_YCBCR, .sampling = { { 2, 2 } }, .arithmetic = true, .progressive = true },
};
#define CODINGS_COUNT (sizeof CODINGS / sizeof CODINGS[0])

static fc_source *open_source(fc_bytes file)
{
    fc_error err = { 0 };
    fc_source *source = NULL;
    ASSERT_OK(fc_jpeg_open(file, &sources_limits, &source, &err), err);
    return source;
}

/* What comes of a file: opened, and read whole. */
static fc_status decode(fc_bytes file, int32_t shrink, uint8_t **pixels, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_jpeg_open(file, &sources_limits, &source, err));
    const fc_size size = sources_shrunk(source, shrink);
    return sources_read(source, shrink, (fc_rect){ 0, 0, size.width, size.height }, pixels, err);
}

static void assert_refused(fc_status status, fc_bytes file)
{
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        fc_error err = { 0 };
        FC_AUTO(fc_octets) pixels = NULL;
        ASSERT_FAILS(status, decode(file, shrink, &pixels, &err), err);
        assert_null(pixels);
    }
}

static void assert_same_picture(fc_bytes a, fc_bytes b, size_t channels)
{
    fc_error err = { 0 };
    FC_AUTO(fc_octets) first = NULL;
    FC_AUTO(fc_octets) second = NULL;
    ASSERT_OK(decode(a, 1, &first, &err), err);
    ASSERT_OK(decode(b, 1, &second, &err), err);
    assert_memory_equal(first, second, channels * (size_t)SIZE.width * (size_t)SIZE.height);
}

static void parts_are_those_of_the_whole(void **state)
{
    (void)state;
    static const jpeg_kind KINDS[] = {
        { .colours = JPEG_GREY },
        { .colours = JPEG_GREY, .sampling = { { 2, 2 } } },
        { .colours = JPEG_YCBCR },
        { .colours = JPEG_YCBCR, .sampling = { { 2, 1 } } },
        { .colours = JPEG_YCBCR, .sampling = { { 1, 2 } } },
        { .colours = JPEG_YCBCR, .sampling = { { 4, 1 } } },
        { .colours = JPEG_YCBCR, .sampling = { { 1, 4 } } },
        { .colours = JPEG_YCBCR, .sampling = { { 4, 2 } } },
        { .colours = JPEG_YCBCR, .sampling = { { 2, 2 }, { 2, 1 }, { 1, 2 } } },
        { .colours = JPEG_RGB },
        { .colours = JPEG_CMYK },
        { .colours = JPEG_YCCK, .sampling = { { 2, 2 }, { 1, 1 }, { 1, 1 }, { 2, 2 } } },
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0] + CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(i < CODINGS_COUNT ? &CODINGS[i] : &KINDS[i - CODINGS_COUNT], SIZE, &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        assert_int_equal(source->size.width, SIZE.width);
        assert_int_equal(source->size.height, SIZE.height);
        assert_true(source->shrinks);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            sources_assert_parts(source, shrink);
        }
    }
}

/* The coding changes bytes, not pixels. */
static void codings_give_the_same_picture(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(baseline, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &baseline);
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &file);
        assert_same_picture(fc_buffer_bytes(&baseline), fc_buffer_bytes(&file), 3);
    }
}

/* What a copy leaves that broke off after the room was made. Zeros behind a whole picture are no
 * harm, also without an end marker. */
static void zeros_instead_of_the_rest_are_damage(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &file);
    for (size_t share = 2; share <= 8; share++) {
        FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
        fc_error err = { 0 };
        ASSERT_OK(fc_buffer_append(&cut, file.data, file.size, &err), err);
        memset(cut.data + cut.size - cut.size / share, 0, cut.size / share);
        assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
    }
    static const jpeg_kind PROGRESSIVE = { .colours = JPEG_YCBCR, .progressive = true };
    const jpeg_kind *const kinds[] = { &BASELINE, &PROGRESSIVE };
    for (size_t i = 0; i < 2; i++) {
        static const uint8_t ZEROS[500];
        fc_error err = { 0 };
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(padded, FILE_SIZE_MAX);
        jpeg_file_make(kinds[i], SIZE, &whole);
        ASSERT_OK(fc_buffer_append(&padded, whole.data, whole.size - 2, &err), err);
        ASSERT_OK(fc_buffer_append(&padded, ZEROS, sizeof ZEROS, &err), err);
        assert_same_picture(fc_buffer_bytes(&whole), fc_buffer_bytes(&padded), 3);
    }
}

static void side_that_shrinks_to_nothing_stays_one_px(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, (fc_size){ 3, 41 }, &file);
    FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
    static const int32_t HEIGHTS[] = { 41, 20, 0, 10, 0, 0, 0, 5 };
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        fc_error err = { 0 };
        FC_AUTO(fc_octets) pixels = NULL;
        const fc_rect part = { 0, 0, shrink == 1 ? 3 : 1, HEIGHTS[shrink - 1] };
        ASSERT_OK(sources_read(source, shrink, part, &pixels, &err), err);
    }
}

static void first_px_is(jpeg_colours colours, fc_colour_model model, const uint8_t *expected)
{
    const jpeg_kind kind = { .colours = colours };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&kind, SIZE, &file);
    FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
    assert_int_equal(source->space.model, model);
    assert_false(source->space.has_alpha);
    FC_AUTO(fc_octets) pixels = sources_read_whole(source, 1);
    const int32_t channels = fc_colour_space_channels(&source->space);
    for (int32_t c = 0; c < channels; c++) {
        const int32_t px = 40 * SIZE.width + 50;
        assert_in_range(pixels[channels * px + c], expected[c] - 20, expected[c] + 20);
    }
}

/* What jpeg_file_make draws at 50, 40. No ink is 0: that it is stored inverted, with and without
 * Adobe's marker, is turned back. */
static void colours_are_those_that_were_stored(void **state)
{
    (void)state;
    static const uint8_t DRAWN[] = { 40 + 90 + 30 * 2, 40 + 100, 40 + 110 + 30, 40 + 0 + 60 };
    uint8_t ink[4];
    for (int i = 0; i < 4; i++) {
        ink[i] = (uint8_t)(255 - DRAWN[i]);
    }
    first_px_is(JPEG_GREY, FC_COLOUR_GREY, DRAWN);
    first_px_is(JPEG_YCBCR, FC_COLOUR_RGB, DRAWN);
    first_px_is(JPEG_RGB, FC_COLOUR_RGB, DRAWN);
    first_px_is(JPEG_CMYK, FC_COLOUR_CMYK, ink);
    first_px_is(JPEG_YCCK, FC_COLOUR_CMYK, ink);
    first_px_is(JPEG_CMYK_BARE, FC_COLOUR_CMYK, ink);
}

static void facts_come_from_the_segments(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) turned = fc_photo_open("orientation_6.jpg");
    FC_AUTO(fc_source) source = open_source(turned->bytes);
    assert_int_equal(source->orientation, 6);
    assert_int_equal(source->space.profile.size, 0);
    FC_AUTO(fc_mapping) tagged = fc_photo_open("p3.jpg");
    FC_AUTO(fc_source) p3 = open_source(tagged->bytes);
    assert_int_equal(p3->orientation, 1);
    assert_int_equal(p3->space.profile.size, 736);
    assert_memory_equal(p3->space.profile.data + 36, "acsp", 4);
}

static void memory_of_coefficients_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &file);
        FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&file));
        /* 10 x 6 times 16 x 16 px of brightness and 2 x 8 x 8 of colour, 2 bytes each. */
        const bool is_kept = CODINGS[i].progressive || CODINGS[i].apart;
        const int64_t expected = is_kept ? INT64_C(60) * (256 + 2 * 64) * 2 : 0;
        assert_int_equal(source->kept_bytes, expected);
        const fc_source_limits tight = { 1000000, is_kept ? expected - 1 : 0 };
        FC_AUTO(fc_source) refused = NULL;
        if (is_kept) {
            ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                         fc_jpeg_open(fc_buffer_bytes(&file), &tight, &refused, &err), err);
        } else {
            ASSERT_OK(fc_jpeg_open(fc_buffer_bytes(&file), &tight, &refused, &err), err);
        }
    }
}

static void picture_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &file);
    const fc_source_limits limits = { (int64_t)SIZE.width * SIZE.height - 1, 1 << 20 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_jpeg_open(fc_buffer_bytes(&file), &limits, &source, &err),
                 err);
    assert_null(source);
}

/* Three columns over two: no neighbour of the middle one is known. */
static void kind_that_libjpeg_lacks_is_called_so(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    const jpeg_kind kind = { .colours = JPEG_YCBCR, .sampling = { { 3, 1 } } };
    jpeg_file_make(&kind, SIZE, &file);
    static const uint8_t FRAME[] = { 3, 1, 0x31, 0, 2, 0x11, 1, 3, 0x11, 1 };
    uint8_t *frame = memmem(file.data, file.size, FRAME, sizeof FRAME);
    assert_non_null(frame);
    frame[5] = 0x21;
    assert_refused(FC_UNSUPPORTED_FORMAT, fc_buffer_bytes(&file));
}

static void decoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("p3.jpg");
    FC_AUTO(fc_source) source = NULL;
    SWEEP_ALLOCATIONS(fc_jpeg_open(file->bytes, &sources_limits, &source, &err), source == NULL);
    FC_AUTO(fc_rows) rows = NULL;
    SWEEP_ALLOCATIONS(source->rows(source, 1, (fc_rect){ 0, 0, 32, 16 }, &rows, &err),
                      rows == NULL);
}

static void version_is_told(void **state)
{
    (void)state;
    assert_in_range(atoi(fc_jpeg_version()), 2, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_those_of_the_whole),
        cmocka_unit_test(codings_give_the_same_picture),
        cmocka_unit_test(zeros_instead_of_the_rest_are_damage),
        cmocka_unit_test(side_that_shrinks_to_nothing_stays_one_px),
        cmocka_unit_test(colours_are_those_that_were_stored),
        cmocka_unit_test(facts_come_from_the_segments),
        cmocka_unit_test(memory_of_coefficients_is_told),
        cmocka_unit_test(picture_beyond_the_limit_is_refused),
        cmocka_unit_test(kind_that_libjpeg_lacks_is_called_so),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(version_is_told),
    };
    return cmocka_run_group_tests_name("image/decode_jpeg", tests, NULL, NULL);
}
