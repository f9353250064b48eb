#include "image/png_scan.h"

#include <string.h>

#include "base/limits.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* Chunks with a checksum of zeros: the scan leaves checksums to the decoder. */
static void put_chunk(fc_buffer *file, const char *type, const void *body, size_t size)
{
    const uint8_t start[8] = { (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                               (uint8_t)size,         (uint8_t)type[0],      (uint8_t)type[1],
                               (uint8_t)type[2],      (uint8_t)type[3] };
    assert_int_equal(fc_buffer_append(file, start, sizeof start, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, body, size, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, "\0\0\0\0", 4, NULL), FC_OK);
}

static void put_start(fc_buffer *file)
{
    assert_int_equal(fc_buffer_append(file, "\x89PNG\r\n\x1a\n", 8, NULL), FC_OK);
    put_chunk(file, "IHDR", "\0\0\0\1\0\0\0\1\x08\2\0\0\1", 13);
}

static fc_status scan(const fc_buffer *file, fc_error *err)
{
    fc_png_header header = { false };
    return fc_png_scan(fc_buffer_bytes(file), &header, err);
}

static void interlace_is_told(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_png_header header = { false };
    FC_AUTO(fc_mapping) interlaced = fc_photo_open("interlaced.png");
    ASSERT_OK(fc_png_scan(interlaced->bytes, &header, &err), err);
    assert_true(header.interlaced);
    FC_AUTO(fc_mapping) plain = fc_photo_open("rgb.png");
    ASSERT_OK(fc_png_scan(plain->bytes, &header, &err), err);
    assert_false(header.interlaced);
}

/* A zlib stream of one stored block that begins with the profile's size. */
static void put_profile(fc_buffer *file, uint32_t size)
{
    const uint8_t body[] = { 'p',
                             0,
                             0,
                             0x78,
                             0x01,
                             0x00,
                             0x10,
                             0x00,
                             0xef,
                             0xff,
                             (uint8_t)(size >> 24),
                             (uint8_t)(size >> 16),
                             (uint8_t)(size >> 8),
                             (uint8_t)size,
                             0,
                             0,
                             0,
                             0 };
    put_chunk(file, "iCCP", body, sizeof body);
}

static void profile_is_bounded_by_its_unpacked_size(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_start(&file);
    put_profile(&file, FC_PROFILE_BYTES_MAX);
    put_chunk(&file, "iCCP", "no zlib\0\0stream", 15); /* ignored, as the decoder does */
    put_chunk(&file, "iCCP", "no end", 6);
    put_chunk(&file, "iCCP", "", 0);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_OK(scan(&file, &err), err);

    fc_buffer_clear(&file);
    put_start(&file);
    put_profile(&file, FC_PROFILE_BYTES_MAX + 1);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, scan(&file, &err), err);
}

static void packed_text_is_bounded_and_plain_text_is_not(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t ZEROS[FC_PNG_TEXT_BYTES_MAX / 2];
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_start(&file);
    for (int i = 0; i < 4; i++) {
        put_chunk(&file, "tEXt", ZEROS, sizeof ZEROS);
        put_chunk(&file, "iTXt", ZEROS, sizeof ZEROS); /* empty keyword, not packed */
    }
    put_chunk(&file, "zTXt", ZEROS, sizeof ZEROS);
    put_chunk(&file, "iTXt", "\0\1", 2);
    const size_t before = file.size;
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_OK(scan(&file, &err), err);

    file.size = before;
    put_chunk(&file, "zTXt", ZEROS, sizeof ZEROS);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, scan(&file, &err), err);
}

static void damaged_structures_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_start(&file);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err); /* no pixels */
    put_chunk(&file, "IEND", "", 0);
    file.data[file.size - 12] = 0xff; /* a chunk of 4 GB */
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    memcpy(file.data + 12, "IDAT", 4); /* pixels before the header */
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    file.size = 8;
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
}

static void kinds_that_are_not_read_are_named(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_buffer_append(&file, "\x89PNG\r\n\x1a\n", 8, NULL), FC_OK);
    put_chunk(&file, "CgBI", "\x50\0\x20\2", 4);
    put_chunk(&file, "IHDR", "\0\0\0\1\0\0\0\1\x08\2\0\0\1", 13);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, scan(&file, &err), err);
    assert_non_null(strstr(err.text, "CgBI"));

    /* A letter that fell over: the checksum tells it from what is not known. */
    fc_buffer_clear(&file);
    put_start(&file);
    put_chunk(&file, "ABCD", "", 0);
    put_chunk(&file, "IDAT", "", 0);
    ASSERT_FAILS(FC_CORRUPT_IMAGE, scan(&file, &err), err);
    memcpy(file.data + file.size - 16, "\xdb\x17\x20\xa5", 4);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, scan(&file, &err), err);
    assert_non_null(strstr(err.text, "ABCD"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interlace_is_told),
        cmocka_unit_test(profile_is_bounded_by_its_unpacked_size),
        cmocka_unit_test(packed_text_is_bounded_and_plain_text_is_not),
        cmocka_unit_test(damaged_structures_are_refused),
        cmocka_unit_test(kinds_that_are_not_read_are_named),
    };
    return cmocka_run_group_tests_name("image/png_scan", tests, NULL, NULL);
}
