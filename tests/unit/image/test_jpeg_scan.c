#include "image/jpeg_scan.h"

#include <string.h>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/jpeg_file.h"

#define FILE_SIZE_MAX ((size_t)16 << 20)

static void put(fc_buffer *file, const char *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
}

/* Frame header of 16 x 8 px with one component; the caller names marker, bits and components. */
static void put_frame(fc_buffer *file, uint8_t marker, uint8_t bits, uint8_t components)
{
    const uint8_t frame[] = { 0xff, marker, 0, 11, bits, 0, 8, 0, 16, components, 1, 0x11, 0 };
    put(file, (const char *)frame, sizeof frame);
}

/* A scan of coefficients first to last, but for their `lacking` low bits; with an escaped 0xff, a
 * restart marker and filling before the next marker. */
static void put_band(fc_buffer *file, uint8_t first, uint8_t last, uint8_t lacking)
{
    const uint8_t scan[] = { 0xff,    0xda, 0,    8, 1,    1,    0,    first, last,
                             lacking, 0x12, 0xff, 0, 0xff, 0xd0, 0x34, 0xff };
    put(file, (const char *)scan, sizeof scan);
}

static void put_scan(fc_buffer *file, uint8_t lacking)
{
    put_band(file, 0, 63, lacking);
}

static void frame_and_scans_are_read(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8\xff\xfe\0\4\xff\xda", 8); /* a comment that looks like a scan */
    put_frame(&file, 0xc2, 8, 1);
    for (uint8_t i = 0; i < 10; i++) {
        put_scan(&file, (uint8_t)(9 - i));
    }
    put(&file, "\xff\xd9", 2);
    put_scan(&file, 0); /* after the end: not counted */
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, 10);
    assert_int_equal(frame.width, 16);
    assert_int_equal(frame.height, 8);
    assert_int_equal(frame.components, 1);
    assert_true(frame.progressive);
}

static void real_files_are_understood(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_jpeg_frame frame = { 0 };
    FC_AUTO(fc_mapping) baseline = fc_photo_open("orientation_6.jpg");
    ASSERT_OK(fc_jpeg_scan(baseline->bytes, &frame, &err), err);
    assert_int_equal(frame.scans, 1);
    assert_int_equal(frame.width, 16);
    assert_false(frame.progressive);
    FC_AUTO(fc_mapping) progressive = fc_photo_open("progressive.jpg");
    ASSERT_OK(fc_jpeg_scan(progressive->bytes, &frame, &err), err);
    assert_int_equal(frame.scans, 10);
    assert_true(frame.progressive);
}

static void too_many_scans_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc2, 8, 1);
    for (int i = 1; i < FC_JPEG_SCANS_MAX; i++) {
        put_scan(&file, 1);
    }
    FC_AUTO_BUFFER(longer, FILE_SIZE_MAX);
    put(&longer, (const char *)file.data, file.size);
    put_scan(&file, 0);
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, FC_JPEG_SCANS_MAX);
    put_scan(&longer, 1);
    put_scan(&longer, 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_jpeg_scan(fc_buffer_bytes(&longer), &frame, &err), err);
    assert_int_equal(frame.scans, FC_JPEG_SCANS_MAX);
}

static void assert_frame_refused(fc_status status, uint8_t marker, uint8_t bits, uint8_t components)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, marker, bits, components);
    put_scan(&file, 0);
    fc_jpeg_frame frame = { 0 };
    ASSERT_FAILS(status, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
}

static void kinds_that_cannot_be_decoded_are_refused(void **state)
{
    (void)state;
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc1, 12, 1); /* 12 bits */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc3, 8, 1);  /* lossless */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc5, 8, 1);  /* hierarchical */
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xcf, 8, 1);
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc0, 8, 2);
    assert_frame_refused(FC_UNSUPPORTED_FORMAT, 0xc0, 8, 255);
}

static void damaged_structures_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_jpeg_frame frame = { 0 };
    static const struct {
        const char *bytes;
        size_t size;
    } FILES[] = {
        { "", 0 },
        { "\xff\xd8", 2 },
        { "\xff\xd8\xff\xd9", 4 },
        { "\xff\xd8\xff\xda\0\2", 6 },                           /* a scan before the frame */
        { "\xff\xd8\xff\xe0\0\1", 6 },                           /* a segment of 1 byte */
        { "\xff\xd8\xff\xe0\xff\xff", 6 },                       /* past the end */
        { "\xff\xd8\xff\xe0\0", 5 },                             /* half a length */
        { "\xff\xd8\xff\xc0\0\2", 6 },                           /* an empty frame header */
        { "\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\x10\1\1\x11\0", 15 } /* 16 x 0 px */
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        const fc_bytes file = { (const uint8_t *)FILES[i].bytes, FILES[i].size };
        ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_scan(file, &frame, &err), err);
    }
}

static void two_frames_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc0, 8, 1);
    put_frame(&file, 0xc0, 8, 1);
    put_scan(&file, 0);
    fc_jpeg_frame frame = { 0 };
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
}

/* What follows the last scan is none of the decoder's business: no end marker, a second picture. */
static void picture_ends_with_its_last_scan(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc2, 8, 1);
    put_band(&file, 0, 0, 1);
    put_band(&file, 1, 63, 0);
    put_band(&file, 0, 0, 0);
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, 3);
    assert_int_equal(frame.end, file.size);
    const size_t end = file.size - 1; /* the filling belongs to what comes */
    put(&file, "\xff\xd8", 2);
    put_frame(&file, 0xc2, 8, 1);
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
    assert_int_equal(frame.scans, 3);
    assert_in_range(frame.end, end, end + 1);
}

/* Without an end marker all bits have to be there; with one, all coefficients. */
static void scans_that_are_missing_are_damage(void **state)
{
    (void)state;
    static const struct {
        uint8_t last;    /* coefficient that comes */
        uint8_t lacking; /* bits of it that do not */
        bool has_end;
        fc_status status;
    } CASES[] = {
        { 63, 0, false, FC_OK },
        { 63, 0, true, FC_OK },
        { 63, 1, false, FC_CORRUPT_IMAGE },
        { 63, 1, true, FC_OK },
        { 62, 0, false, FC_CORRUPT_IMAGE },
        { 62, 0, true, FC_CORRUPT_IMAGE },
        { 0, 0, false, FC_CORRUPT_IMAGE },
        { 0, 0, true, FC_CORRUPT_IMAGE },
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        put(&file, "\xff\xd8", 2);
        put_frame(&file, 0xc2, 8, 1);
        put_band(&file, 0, CASES[i].last, CASES[i].lacking);
        put(&file, "\xff\xd9", CASES[i].has_end ? 2 : 0);
        fc_jpeg_frame frame = { 0 };
        assert_int_equal(fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), CASES[i].status);
    }
}

/* A baseline file may give each component in a scan of its own. */
static void component_without_a_scan_is_damage(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put(&file, "\xff\xd8\xff\xc0\0\x11\x08\0\x08\0\x10\3\1\x11\0\2\x11\0\3\x11\0", 21);
    put(&file, "\xff\xda\0\x08\1\1\0\0\x3f\0\x12", 11);
    put(&file, "\xff\xda\0\x08\1\3\0\0\x3f\0\x12", 11);
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    put(&whole, (const char *)file.data, file.size);
    put(&whole, "\xff\xda\0\x08\1\2\0\0\x3f\0\x12", 11);
    fc_jpeg_frame frame = { 0 };
    ASSERT_OK(fc_jpeg_scan(fc_buffer_bytes(&whole), &frame, &err), err);
    assert_int_equal(frame.scans, 3);
    put(&file, "\xff\xd9", 2);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_scan(fc_buffer_bytes(&file), &frame, &err), err);
}

static void segments_are_walked_one_by_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t BYTES[] = "\xff\xd8\xff\xe1\0\4ab\xff\xff\xfe\0\2\xff\xd9\xff\xe0\0";
    const fc_bytes file = { BYTES, sizeof BYTES - 1 };
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    ASSERT_OK(fc_jpeg_next_segment(file, &offset, &segment, &err), err);
    assert_int_equal(segment.marker, FC_JPEG_APP0 + 1);
    assert_int_equal(segment.body.size, 2);
    assert_memory_equal(segment.body.data, "ab", 2);
    ASSERT_OK(fc_jpeg_next_segment(file, &offset, &segment, &err), err);
    assert_int_equal(segment.marker, 0xfe);
    assert_int_equal(segment.body.size, 0);
    ASSERT_OK(fc_jpeg_next_segment(file, &offset, &segment, &err), err);
    assert_int_equal(segment.marker, FC_JPEG_EOI);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, fc_jpeg_next_segment(file, &offset, &segment, &err), err);
    offset = file.size;
    ASSERT_OK(fc_jpeg_next_segment(file, &offset, &segment, &err), err);
    assert_int_equal(segment.marker, 0);
}

#define PIECE_SIZE_MAX 65519 /* what a segment holds, less prefix and number */

static const jpeg_kind KIND = { .colours = JPEG_YCBCR };
static const fc_size SIZE = { 16, 16 };

/* An EXIF segment that says `orientation`. */
static void insert_exif(fc_buffer *file, uint8_t orientation)
{
    char exif[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0";
    exif[24] = (char)orientation;
    jpeg_file_insert(file, 0xe1, exif, sizeof exif);
}

/* Piece `number` of `count` of a profile, filled with a letter. */
static void insert_piece(fc_buffer *file, uint8_t number, uint8_t count, char letter, size_t size)
{
    FC_AUTO(fc_octets) body = NULL;
    assert_int_equal(fc_memory_new(14 + size, 1, (void **)&body, NULL), FC_OK);
    memcpy(body, "ICC_PROFILE", 12);
    body[12] = number;
    body[13] = count;
    memset(body + 14, letter, size);
    jpeg_file_insert(file, 0xe2, body, 14 + size);
}

static void assert_profile(const fc_buffer *file, const char *expected, bool expected_lost)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(profile, FC_PROFILE_BYTES_MAX);
    bool lost = false;
    ASSERT_OK(fc_jpeg_profile(fc_buffer_bytes(file), &profile, &lost, &err), err);
    assert_string_equal(fc_buffer_text(&profile), expected);
    assert_int_equal(lost, expected_lost);
}

static void orientation_is_that_of_the_first_exif(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    insert_exif(&file, 8); /* each is put in front of the one before */
    insert_exif(&file, 6);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 6);
    jpeg_file_insert(&file, 0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>", 33);
    jpeg_file_insert(&file, 0xe1, "Exif", 4);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 6);
}

/* Of a second picture behind the first nothing is read. */
static void what_stands_behind_the_pixels_is_not_read(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    FC_AUTO_BUFFER(second, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    jpeg_file_make(&KIND, SIZE, &second);
    insert_exif(&second, 6);
    insert_piece(&second, 1, 1, 'a', 2);
    assert_int_equal(fc_buffer_append(&file, second.data, second.size, NULL), FC_OK);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    assert_profile(&file, "", false);
}

static void pieces_of_a_profile_are_joined_by_number(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    assert_profile(&file, "", false);
    insert_piece(&file, 2, 3, 'b', 3);
    insert_piece(&file, 3, 3, 'c', 1);
    insert_piece(&file, 1, 3, 'a', 2);
    assert_profile(&file, "aabbbc", false);
}

static void profile_of_which_a_piece_is_wrong_is_none(void **state)
{
    (void)state;
    static const uint8_t WRONG[][2] = {
        { 2, 3 }, /* the third is missing */
        { 1, 2 }, /* twice the first */
        { 0, 2 }, /* numbers begin with 1 */
        { 3, 2 }, /* more than there are */
    };
    for (size_t i = 0; i < 4; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        jpeg_file_make(&KIND, SIZE, &file);
        insert_piece(&file, WRONG[i][0], WRONG[i][1], 'b', 3);
        insert_piece(&file, 1, WRONG[i][1], 'a', 2);
        assert_profile(&file, "", true);
    }
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX); /* two counts */
    jpeg_file_make(&KIND, SIZE, &file);
    insert_piece(&file, 2, 3, 'b', 3);
    insert_piece(&file, 1, 2, 'a', 2);
    assert_profile(&file, "", true);
}

/* A photo is no worse without it. */
static void profile_above_its_bound_is_left_out(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    const uint8_t count = (uint8_t)(FC_PROFILE_BYTES_MAX / PIECE_SIZE_MAX + 1);
    for (uint8_t i = 1; i <= count; i++) {
        insert_piece(&file, i, count, 'a', PIECE_SIZE_MAX);
    }
    assert_profile(&file, "", true);
}

static void bytes_that_are_no_jpeg_say_nothing(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    assert_profile(&file, "", false);
    assert_int_equal(fc_buffer_append(&file, "\xff\xd8\xff\xe2\xff", 5, NULL), FC_OK);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    assert_profile(&file, "", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_and_scans_are_read),
        cmocka_unit_test(real_files_are_understood),
        cmocka_unit_test(too_many_scans_are_refused),
        cmocka_unit_test(kinds_that_cannot_be_decoded_are_refused),
        cmocka_unit_test(damaged_structures_are_refused),
        cmocka_unit_test(two_frames_are_refused),
        cmocka_unit_test(picture_ends_with_its_last_scan),
        cmocka_unit_test(scans_that_are_missing_are_damage),
        cmocka_unit_test(component_without_a_scan_is_damage),
        cmocka_unit_test(segments_are_walked_one_by_one),
        cmocka_unit_test(orientation_is_that_of_the_first_exif),
        cmocka_unit_test(what_stands_behind_the_pixels_is_not_read),
        cmocka_unit_test(pieces_of_a_profile_are_joined_by_number),
        cmocka_unit_test(profile_of_which_a_piece_is_wrong_is_none),
        cmocka_unit_test(profile_above_its_bound_is_left_out),
        cmocka_unit_test(bytes_that_are_no_jpeg_say_nothing),
    };
    return cmocka_run_group_tests_name("image/jpeg_scan", tests, NULL, NULL);
}
