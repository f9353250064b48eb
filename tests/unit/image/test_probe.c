#include "image/decode.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "support/fc_photo.h"

/* Room for a file that a test writes; the largest one here is 1 MB. */
#define FILE_SIZE_MAX ((size_t)2 << 20)

/* Refusals must come from the header: far quicker than any decoding, with room for a busy machine.
 */
#define REFUSAL_US_MAX 100000

static void put_big_32(fc_buffer *file, uint32_t value)
{
    const uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
                               (uint8_t)(value >> 8), (uint8_t)value };
    assert_int_equal(fc_buffer_append(file, bytes, sizeof bytes, NULL), FC_OK);
}

/* CRC of the PNG specification, bit by bit. */
static uint32_t crc(const uint8_t *data, size_t size)
{
    uint32_t value = UINT32_MAX;
    for (size_t i = 0; i < size * 8; i++) {
        value ^= i % 8 == 0 ? data[i / 8] : 0;
        value = value >> 1 ^ (value & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~value;
}

static void put_chunk(fc_buffer *file, const char *type, const void *body, size_t size)
{
    put_big_32(file, (uint32_t)size);
    const size_t start = file->size;
    assert_int_equal(fc_buffer_append(file, type, 4, NULL), FC_OK);
    assert_int_equal(fc_buffer_append(file, body, size, NULL), FC_OK);
    put_big_32(file, crc(file->data + start, size + 4));
}

static void put_png_start(fc_buffer *file, uint32_t width, uint32_t height, uint8_t bits)
{
    assert_int_equal(fc_buffer_append(file, "\x89PNG\r\n\x1a\n", 8, NULL), FC_OK);
    const uint8_t header[13] = {
        (uint8_t)(width >> 24), (uint8_t)(width >> 16),  (uint8_t)(width >> 8),
        (uint8_t)width,         (uint8_t)(height >> 24), (uint8_t)(height >> 16),
        (uint8_t)(height >> 8), (uint8_t)height,         bits
    };
    put_chunk(file, "IHDR", header, sizeof header);
}

static void put_png_end(fc_buffer *file)
{
    /* zlib: one stored block of two zero bytes */
    put_chunk(file, "IDAT", "\x78\x01\x01\x02\x00\xfd\xff\x00\x00\x00\x02\x00\x01", 13);
    put_chunk(file, "IEND", "", 0);
}

static void assert_refused(fc_status expected, fc_bytes file, const fc_decode_limits *limits)
{
    fc_error err = { 0 };
    fc_photo_facts facts = { .bits = -1 };
    const int64_t start = fc_clock_us();
    ASSERT_FAILS(expected, fc_decode_probe(file, limits, &facts, &err), err);
    assert_true(fc_clock_us() - start < REFUSAL_US_MAX);
    assert_int_equal(facts.bits, -1);
    assert_null(strchr(err.text, '\n'));
}

static void facts_tell_what_the_header_says(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("orientation_6.jpg");
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(file->bytes, &fc_photo_limits, &facts, &err), err);
    assert_int_equal(facts.format, FC_FORMAT_JPEG);
    assert_int_equal(facts.size.width, 32);
    assert_int_equal(facts.size.height, 16);
    assert_int_equal(facts.bits, 8);
    assert_int_equal(facts.channels, 3);
    assert_false(facts.has_alpha);
    assert_false(facts.has_profile);
    assert_int_equal(facts.decoded_bytes, 32 * 16 * 3);
}

static void decoded_bytes_count_what_the_decoder_keeps(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const struct {
        const char *name;
        int kept;
    } FILES[] = { { "rgb.png", 0 },
                  { "interlaced.png", 32 * 16 * 2 / 8 /* palette of 2 bits */ },
                  { "progressive.jpg", 32 * 16 * 6 /* coefficients of 16 bits */ },
                  { "quadrants.bmp", 0 },
                  { "rgb16.png", 0 } };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(FILES[i].name);
        fc_photo_facts facts = { 0 };
        ASSERT_OK(fc_decode_probe(file->bytes, &fc_photo_limits, &facts, &err), err);
        assert_int_equal(facts.decoded_bytes, 32 * 16 * 3 + FILES[i].kept);
        fc_decode_limits limits = fc_photo_limits;
        limits.decoded_max = facts.decoded_bytes - 1;
        assert_refused(FC_LIMIT_EXCEEDED, file->bytes, &limits);
    }
}

static void types_that_are_not_accepted_are_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = fc_photo_open("quadrants.gif");
    fc_decode_limits limits = fc_photo_limits;
    ASSERT_OK(fc_formats_parse("jpeg,png", &limits.formats, &err), err);
    fc_photo_facts facts = { 0 };
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT, fc_decode_probe(file->bytes, &limits, &facts, &err), err);
    assert_string_equal(err.text, "a gif picture; accepted are jpeg, png");
}

static void what_is_no_picture_is_refused(void **state)
{
    (void)state;
    static const char *const TEXTS[] = { "",
                                         "Hello, world",
                                         "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                                         "%PDF-1.4\n",
                                         "P6 1 1 255 abc",
                                         "\x7f"
                                         "ELF",
                                         "push graphic-context" };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        const fc_bytes file = { (const uint8_t *)TEXTS[i], strlen(TEXTS[i]) };
        assert_refused(FC_UNSUPPORTED_FORMAT, file, &fc_photo_limits);
    }
}

static void one_bit_png_of_361_megapixels_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_png_start(&file, 19000, 19000, 1);
    put_png_end(&file);
    assert_refused(FC_LIMIT_EXCEEDED, fc_buffer_bytes(&file), &fc_photo_limits);
}

static void sides_beyond_reason_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t width;
        uint32_t height;
        fc_status status;
    } SIZES[] = { { 0, 5, FC_CORRUPT_IMAGE },
                  { 5, 0, FC_CORRUPT_IMAGE },
                  { 1, UINT32_C(0x7fffffff), FC_LIMIT_EXCEEDED },
                  { UINT32_C(0xffffffff), 1, FC_CORRUPT_IMAGE },
                  { 65535, 1, FC_LIMIT_EXCEEDED },
                  { 1, 65501, FC_LIMIT_EXCEEDED } };
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        put_png_start(&file, SIZES[i].width, SIZES[i].height, 8);
        put_png_end(&file);
        assert_refused(SIZES[i].status, fc_buffer_bytes(&file), &fc_photo_limits);
    }
}

/* A JPEG whose frame header claims 65500 x 65500: the bytes are those of a tiny one. */
static void jpeg_of_4290_megapixels_is_refused(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) mapped = fc_photo_open("orientation_1.jpg");
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_buffer_append(&file, mapped->bytes.data, mapped->bytes.size, NULL), FC_OK);
    for (size_t i = 0; i + 9 < file.size; i++) {
        if (file.data[i] == 0xff && file.data[i + 1] == 0xc0) {
            memcpy(file.data + i + 5, "\xff\xdc\xff\xdc", 4);
        }
    }
    assert_refused(FC_LIMIT_EXCEEDED, fc_buffer_bytes(&file), &fc_photo_limits);
}

/* TIFF of one strip, little-endian, with so many channels. */
static void put_tiff(fc_buffer *file, uint32_t channels)
{
    const uint32_t tags[][3] = { { 256, 4, 4 }, { 257, 4, 4 },   { 258, 3, 8 }, { 259, 3, 1 },
                                 { 262, 3, 1 }, { 273, 4, 110 }, { 277, 3, 0 }, { 279, 4, 4096 } };
    const size_t count = sizeof tags / sizeof tags[0];
    const uint8_t start[] = { 'I', 'I', 42, 0, 8, 0, 0, 0, (uint8_t)count, 0 };
    assert_int_equal(fc_buffer_append(file, start, sizeof start, NULL), FC_OK);
    for (size_t i = 0; i < count; i++) {
        const uint32_t value = tags[i][0] == 277 ? channels : tags[i][2];
        const uint8_t entry[12] = {
            (uint8_t)tags[i][0], (uint8_t)(tags[i][0] >> 8), (uint8_t)tags[i][1],    0, 1, 0, 0, 0,
            (uint8_t)value,      (uint8_t)(value >> 8),      (uint8_t)(value >> 16), 0
        };
        assert_int_equal(fc_buffer_append(file, entry, sizeof entry, NULL), FC_OK);
    }
    const uint8_t pixels[4100] = { 0 };
    assert_int_equal(fc_buffer_append(file, pixels, sizeof pixels, NULL), FC_OK);
}

static void tiff_of_many_channels_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    put_tiff(&file, 200);
    assert_refused(FC_UNSUPPORTED_FORMAT, fc_buffer_bytes(&file), &fc_photo_limits);
    fc_buffer_clear(&file);
    put_tiff(&file, 60000);
    assert_refused(FC_CORRUPT_IMAGE, fc_buffer_bytes(&file), &fc_photo_limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_tell_what_the_header_says),
        cmocka_unit_test(decoded_bytes_count_what_the_decoder_keeps),
        cmocka_unit_test(types_that_are_not_accepted_are_refused_by_name),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(one_bit_png_of_361_megapixels_is_refused),
        cmocka_unit_test(sides_beyond_reason_are_refused),
        cmocka_unit_test(jpeg_of_4290_megapixels_is_refused),
        cmocka_unit_test(tiff_of_many_channels_is_refused),
    };
    return cmocka_run_group_tests_name("image/probe", tests, NULL, NULL);
}
