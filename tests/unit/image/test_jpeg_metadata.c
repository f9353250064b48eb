#include "image/jpeg_metadata.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/jpeg_file.h"

#define FILE_SIZE_MAX ((size_t)16 << 20)
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

static void assert_profile(const fc_buffer *file, const char *expected)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(profile, FC_PROFILE_BYTES_MAX);
    ASSERT_OK(fc_jpeg_profile(fc_buffer_bytes(file), &profile, &err), err);
    assert_string_equal(fc_buffer_text(&profile), expected);
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
    assert_profile(&file, "");
}

static void pieces_of_a_profile_are_joined_by_number(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    assert_profile(&file, "");
    insert_piece(&file, 2, 3, 'b', 3);
    insert_piece(&file, 3, 3, 'c', 1);
    insert_piece(&file, 1, 3, 'a', 2);
    assert_profile(&file, "aabbbc");
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
        assert_profile(&file, "");
    }
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX); /* two counts */
    jpeg_file_make(&KIND, SIZE, &file);
    insert_piece(&file, 2, 3, 'b', 3);
    insert_piece(&file, 1, 2, 'a', 2);
    assert_profile(&file, "");
}

static void profile_is_bounded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    jpeg_file_make(&KIND, SIZE, &file);
    const uint8_t count = (uint8_t)(FC_PROFILE_BYTES_MAX / PIECE_SIZE_MAX + 1);
    for (uint8_t i = 1; i <= count; i++) {
        insert_piece(&file, i, count, 'a', PIECE_SIZE_MAX);
    }
    FC_AUTO_BUFFER(profile, FC_PROFILE_BYTES_MAX);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_jpeg_profile(fc_buffer_bytes(&file), &profile, &err), err);
    assert_int_equal(profile.size, 0);
}

static void bytes_that_are_no_jpeg_say_nothing(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    assert_profile(&file, "");
    assert_int_equal(fc_buffer_append(&file, "\xff\xd8\xff\xe2\xff", 5, NULL), FC_OK);
    assert_int_equal(fc_jpeg_orientation(fc_buffer_bytes(&file)), 1);
    assert_profile(&file, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orientation_is_that_of_the_first_exif),
        cmocka_unit_test(what_stands_behind_the_pixels_is_not_read),
        cmocka_unit_test(pieces_of_a_profile_are_joined_by_number),
        cmocka_unit_test(profile_of_which_a_piece_is_wrong_is_none),
        cmocka_unit_test(profile_is_bounded),
        cmocka_unit_test(bytes_that_are_no_jpeg_say_nothing),
    };
    return cmocka_run_group_tests_name("image/jpeg_metadata", tests, NULL, NULL);
}
