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
    ASSERT_OK(fc_jpeg_codec.open(file, &sources_limits, &source, &err), err);
    return source;
}

/* What comes of a file: opened, and read whole. */
static fc_status decode(fc_bytes file, int32_t shrink, uint8_t **pixels, fc_error *err)
{
    FC_AUTO(fc_source) source = NULL;
    FC_TRY(fc_jpeg_codec.open(file, &sources_limits, &source, err));
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
                         fc_jpeg_codec.open(fc_buffer_bytes(&file), &tight, &refused, &err), err);
        } else {
            ASSERT_OK(fc_jpeg_codec.open(fc_buffer_bytes(&file), &tight, &refused, &err), err);
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
    ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                 fc_jpeg_codec.open(fc_buffer_bytes(&file), &limits, &source, &err), err);
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
    SWEEP_ALLOCATIONS(fc_jpeg_codec.open(file->bytes, &sources_limits, &source, &err),
                      source == NULL);
    FC_AUTO(fc_rows) rows = NULL;
    SWEEP_ALLOCATIONS(source->rows(source, 1, (fc_rect){ 0, 0, 32, 16 }, &rows, &err),
                      rows == NULL);
}

static void version_is_told(void **state)
{
    (void)state;
    assert_in_range(atoi(fc_jpeg_codec.version()), 2, 99);
}

static void put(fc_buffer *file, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

/* As some phones write it, with or without zeros, a film or a second picture behind. */
static void picture_without_end_marker_is_whole(void **state)
{
    (void)state;
    static const uint8_t ZEROS[1000] = { 0 };
    for (size_t i = 0; i < CODINGS_COUNT - 1; i++) { /* the last one: see below */
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(open_end, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(zeros, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(second, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &whole);
        const size_t size = whole.size - 2;
        put(&open_end, whole.data, size);
        put(&zeros, whole.data, size);
        put(&zeros, ZEROS, sizeof ZEROS);
        put(&second, whole.data, size);
        put(&second, whole.data, whole.size);
        put(&second,
            "\0\0\0\x18"
            "ftypmp42\xff\x02\xff\xc0\0\0",
            18);
        const fc_bytes expected = fc_buffer_bytes(&whole);
        assert_same_picture(expected, fc_buffer_bytes(&open_end), 3);
        assert_same_picture(expected, fc_buffer_bytes(&zeros), 3);
        assert_same_picture(expected, fc_buffer_bytes(&second), 3);
        FC_AUTO_BUFFER(ended, FILE_SIZE_MAX);
        put(&ended, whole.data, whole.size);
        put(&ended, whole.data, size / 2); /* behind an end marker: anything */
        assert_same_picture(expected, fc_buffer_bytes(&ended), 3);
    }
}

/* Half of the rows would be grey: with an end marker put behind, libjpeg only warns. Of arithmetic
 * coding in many scans not even that: nobody can tell zeros that were dropped from ones cut off. */
static void picture_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &whole);
        for (size_t eighths = 3; eighths < 8; eighths++) {
            FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
            put(&cut, whole.data, whole.size * eighths / 8);
            assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
            if (!CODINGS[i].arithmetic || !CODINGS[i].progressive) {
                put(&cut, "\xff\xd9", 2);
                assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
            }
        }
    }
}

/* The last 20 bytes hold the last block or two. */
static void last_block_counts(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &whole);
    FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
    put(&cut, whole.data, whole.size - 20);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
    put(&cut, "\xff\xd9", 2);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&cut));
}

/* Offset of the n-th restart marker. */
static size_t find_restart(fc_bytes file, int n)
{
    for (size_t i = 0; i + 1 < file.size; i++) {
        if (file.data[i] == 0xff && (file.data[i + 1] & 0xf8) == 0xd0 && n-- == 0) {
            return i;
        }
    }
    fail();
    return 0;
}

static void lost_restart_interval_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&CODINGS[1], SIZE, &whole);
    const size_t from = find_restart(fc_buffer_bytes(&whole), 4);
    const size_t to = find_restart(fc_buffer_bytes(&whole), 5);
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, whole.data, from);
    put(&file, whole.data + to, whole.size - to);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&file));
}

/* Damage above a part is no part's business; it is seen where the whole picture is read. */
static void damage_is_seen_up_to_the_last_row_that_is_read(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(cut, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &cut);
    cut.size = cut.size * 3 / 4;
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = open_source(fc_buffer_bytes(&cut));
    FC_AUTO(fc_octets) above = NULL;
    FC_AUTO(fc_octets) below = NULL;
    ASSERT_OK(sources_read(source, 1, (fc_rect){ 100, 0, 20, 16 }, &above, &err), err);
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 sources_read(source, 1, (fc_rect){ 100, 82, 20, 1 }, &below, &err), err);
}

static void oddities_that_cost_no_pixel_pass(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    jpeg_file_make(&BASELINE, SIZE, &whole);
    FC_AUTO_BUFFER(odd, FILE_SIZE_MAX);
    put(&odd, whole.data, whole.size - 2);
    put(&odd, "\0\0\0\0\xff\xd9", 6); /* bytes before the end marker */
    jpeg_file_insert(&odd, 0xe0, "JFIF\0\x09\x09\0\0\1\0\1\0\0", 14);       /* of a day to come */
    jpeg_file_insert(&odd, 0xee, "Adobe\0\x64\0\0\0\0\x07", 12);            /* an unknown model */
    jpeg_file_insert(&odd, 0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>", 33); /* no EXIF */
    assert_same_picture(fc_buffer_bytes(&whole), fc_buffer_bytes(&odd), 3);
}

/* A damaged file is refused or decoded, at every scale the same. */
static void damage_is_the_same_at_every_scale(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODINGS_COUNT; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(&CODINGS[i], SIZE, &file);
        for (size_t at = 100; at < file.size; at += 97) {
            const uint8_t before = file.data[at];
            file.data[at] = (uint8_t)~before;
            FC_AUTO(fc_octets) whole = NULL;
            const fc_status status = decode(fc_buffer_bytes(&file), 1, &whole, NULL);
            for (int32_t shrink = 2; shrink <= 8; shrink *= 2) {
                FC_AUTO(fc_octets) pixels = NULL;
                assert_int_equal(decode(fc_buffer_bytes(&file), shrink, &pixels, NULL), status);
            }
            file.data[at] = before;
        }
    }
}

static void faulty_files_have_their_right_answers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_status status;
    } FILES[] = { { "faults/05_half_with_eoi.jpg", FC_CORRUPT_IMAGE },
                  { "faults/09_no_eoi.jpg", FC_OK } };
    for (size_t i = 0; i < 2; i++) {
        fc_error err = { 0 };
        const char *path = fc_test_shared_file(FILES[i].name);
        if (path == NULL) {
            skip();
        }
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(path, FILE_SIZE_MAX, &file, &err), err);
        for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
            FC_AUTO(fc_octets) pixels = NULL;
            assert_int_equal(decode(file->bytes, shrink, &pixels, &err), FILES[i].status);
        }
    }
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
        cmocka_unit_test(picture_without_end_marker_is_whole),
        cmocka_unit_test(picture_that_is_cut_is_refused),
        cmocka_unit_test(last_block_counts),
        cmocka_unit_test(lost_restart_interval_is_refused),
        cmocka_unit_test(damage_is_seen_up_to_the_last_row_that_is_read),
        cmocka_unit_test(oddities_that_cost_no_pixel_pass),
        cmocka_unit_test(damage_is_the_same_at_every_scale),
        cmocka_unit_test(faulty_files_have_their_right_answers),
    };
    return cmocka_run_group_tests_name("image/decode_jpeg", tests, NULL, NULL);
}
