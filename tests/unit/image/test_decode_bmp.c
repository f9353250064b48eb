
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "image/codecs.h"
#include "support/fc_test.h"

/* A BMP written field by field. Offsets count from the file's start. */
typedef struct bmp_file {
    uint8_t data[512];
    size_t size;
} bmp_file;

static const fc_source_limits LIMITS = { INT64_MAX, INT64_MAX };

static void put_16(bmp_file *file, size_t offset, uint32_t value)
{
    file->data[offset] = (uint8_t)value;
    file->data[offset + 1] = (uint8_t)(value >> 8);
}

static void put_32(bmp_file *file, size_t offset, uint32_t value)
{
    put_16(file, offset, value & 0xffff);
    put_16(file, offset + 2, value >> 16);
}

/* Headers of a picture whose pixels begin at `pixels`; the rest is zero and `size` bytes long. */
static bmp_file bmp_new(uint32_t header, int32_t width, int32_t height, uint32_t bits,
                        uint32_t pixels, size_t size)
{
    bmp_file file = { .size = size };
    memcpy(file.data, "BM", 2);
    put_32(&file, 10, pixels);
    put_32(&file, 14, header);
    if (header == 12) {
        put_16(&file, 18, (uint32_t)width);
        put_16(&file, 20, (uint32_t)height);
        put_16(&file, 24, bits);
    } else {
        put_32(&file, 18, (uint32_t)width);
        put_32(&file, 22, (uint32_t)height);
        put_16(&file, 28, bits);
    }
    return file;
}

static fc_bytes bytes_of(const bmp_file *file)
{
    return (fc_bytes){ file->data, file->size };
}

/* All rows of a part, one after another, as the reader gives them. */
static int32_t read_all(const bmp_file *file, fc_rect part, uint8_t *pixels)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_bmp_codec.open(bytes_of(file), &LIMITS, &source, &err), err);
    FC_AUTO(fc_rows) rows = NULL;
    ASSERT_OK(source->rows(source, 1, part, &rows, &err), err);
    assert_int_equal(rows->bits, 8);
    const size_t row_size = (size_t)part.width * (size_t)rows->channels;
    for (int32_t y = 0; y < part.height; y++) {
        const void *row = NULL;
        ASSERT_OK(rows->read(rows, y, &row, &err), err);
        memcpy(pixels + (size_t)y * row_size, row, row_size);
    }
    return rows->channels;
}

static void rows_go_up_or_down_as_the_height_says(void **state)
{
    (void)state;
    for (int32_t sign = -1; sign <= 1; sign += 2) {
        bmp_file file = bmp_new(40, 1, 2 * sign, 24, 54, 62);
        memcpy(file.data + 54, "\1\2\3\0\4\5\6\0", 8); /* B, G, R and padding */
        uint8_t pixels[6] = { 0 };
        assert_int_equal(read_all(&file, (fc_rect){ 0, 0, 1, 2 }, pixels), 3);
        assert_memory_equal(pixels, sign < 0 ? "\3\2\1\6\5\4" : "\6\5\4\3\2\1", 6);
    }
}

static void every_header_size_is_read(void **state)
{
    (void)state;
    static const uint32_t HEADERS[] = { 12, 40, 52, 56, 108, 124 };
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        const uint32_t start = 14 + HEADERS[i];
        bmp_file file = bmp_new(HEADERS[i], 1, 1, 24, start, start + 4);
        memcpy(file.data + start, "\1\2\3", 3);
        uint8_t pixels[3] = { 0 };
        read_all(&file, (fc_rect){ 0, 0, 1, 1 }, pixels);
        assert_memory_equal(pixels, "\3\2\1", 3);
    }
}

static void palettes_of_1_4_and_8_bits_are_looked_up(void **state)
{
    (void)state;
    static const struct {
        uint32_t bits;
        uint8_t row[4]; /* indices 1, 0, 1 */
    } KINDS[] = { { 1, { 0xa0 } }, { 4, { 0x10, 0x10 } }, { 8, { 1, 0, 1 } } };
    for (size_t i = 0; i < 3; i++) {
        bmp_file file = bmp_new(40, 3, 1, KINDS[i].bits, 62, 66);
        put_32(&file, 46, 2);                          /* two colours */
        memcpy(file.data + 54, "\1\2\3\0\4\5\6\0", 8); /* B, G, R, unused */
        memcpy(file.data + 62, KINDS[i].row, 4);
        uint8_t pixels[9] = { 0 };
        read_all(&file, (fc_rect){ 0, 0, 3, 1 }, pixels);
        assert_memory_equal(pixels, "\6\5\4\3\2\1\6\5\4", 9);
        read_all(&file, (fc_rect){ 1, 0, 2, 1 }, pixels);
        assert_memory_equal(pixels, "\3\2\1\6\5\4", 6);
    }
}

static void index_past_the_palette_is_black(void **state)
{
    (void)state;
    bmp_file file = bmp_new(40, 1, 1, 8, 58, 62);
    put_32(&file, 46, 1);
    memcpy(file.data + 54, "\1\2\3\0\xff\0\0\0", 8);
    uint8_t pixels[3] = { 9, 9, 9 };
    read_all(&file, (fc_rect){ 0, 0, 1, 1 }, pixels);
    assert_memory_equal(pixels, "\0\0\0", 3);
}

static void sixteen_bits_are_555_unless_masks_say_565(void **state)
{
    (void)state;
    bmp_file plain = bmp_new(40, 2, 1, 16, 54, 58);
    put_16(&plain, 54, 0x7c00 | 0x0010); /* full red, half blue */
    put_16(&plain, 56, 0x03e0);          /* full green */
    uint8_t pixels[6] = { 0 };
    assert_int_equal(read_all(&plain, (fc_rect){ 0, 0, 2, 1 }, pixels), 3);
    assert_memory_equal(pixels, "\xff\0\x84\0\xff\0", 6);

    bmp_file masked = bmp_new(40, 2, 1, 16, 66, 70);
    put_32(&masked, 30, 3); /* bit masks follow the header */
    put_32(&masked, 54, 0xf800);
    put_32(&masked, 58, 0x07e0);
    put_32(&masked, 62, 0x001f);
    put_16(&masked, 66, 0xf800);
    put_16(&masked, 68, 0x07e0 | 0x001f);
    read_all(&masked, (fc_rect){ 0, 0, 2, 1 }, pixels);
    assert_memory_equal(pixels, "\xff\0\0\0\xff\xff", 6);
}

static void alpha_counts_only_where_a_mask_names_it(void **state)
{
    (void)state;
    uint8_t pixels[4] = { 0 };
    bmp_file plain = bmp_new(40, 1, 1, 32, 54, 58);
    memcpy(plain.data + 54, "\1\2\3\x80", 4);
    assert_int_equal(read_all(&plain, (fc_rect){ 0, 0, 1, 1 }, pixels), 3);
    assert_memory_equal(pixels, "\3\2\1", 3);

    bmp_file masked = bmp_new(108, 1, 1, 32, 122, 126);
    put_32(&masked, 30, 3);
    put_32(&masked, 54, 0x00ff0000);
    put_32(&masked, 58, 0x0000ff00);
    put_32(&masked, 62, 0x000000ff);
    put_32(&masked, 66, 0xff000000);
    memcpy(masked.data + 122, "\1\2\3\x80", 4);
    assert_int_equal(read_all(&masked, (fc_rect){ 0, 0, 1, 1 }, pixels), 4);
    assert_memory_equal(pixels, "\3\2\1\x80", 4);
}

static void assert_refused(fc_status status, bmp_file file)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_FAILS(status, fc_bmp_codec.open(bytes_of(&file), &LIMITS, &source, &err), err);
    assert_null(source);
}

static void sides_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 0, 1, 24, 54, 58));
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 1, 0, 24, 54, 58));
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, -1, 1, 24, 54, 58));
    assert_refused(FC_LIMIT_EXCEEDED, bmp_new(40, 1, INT32_MIN, 24, 54, 58));
    assert_refused(FC_LIMIT_EXCEEDED, bmp_new(40, INT32_MAX, INT32_MAX, 24, 54, 58));
}

static void kinds_that_are_not_read_are_refused_by_name(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    bmp_file packed = bmp_new(40, 1, 1, 8, 54, 100);
    put_32(&packed, 30, 1);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_bmp_codec.open(bytes_of(&packed), &LIMITS, &source, &err), err);
    assert_string_equal(err.text, "a run-length compressed BMP; uncompressed ones are accepted");
    put_32(&packed, 30, 4); /* a JPEG inside */
    assert_refused(FC_UNSUPPORTED_FORMAT, packed);
    assert_refused(FC_UNSUPPORTED_FORMAT, bmp_new(40, 1, 1, 2, 54, 58));
    assert_refused(FC_UNSUPPORTED_FORMAT, bmp_new(64, 1, 1, 24, 78, 82));
}

static void offsets_past_the_end_are_refused(void **state)
{
    (void)state;
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 1, 1, 24, 54, 57)); /* 1 byte short */
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 1, 1, 24, 59, 58)); /* behind the end */
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 1, 1, 24, UINT32_MAX, 58));
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 65500, 65500, 32, 54, 500)); /* 17 GB missing */
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(40, 1, 1, 8, 54, 100));          /* no room: palette */
    assert_refused(FC_CORRUPT_IMAGE, bmp_new(124, 1, 1, 24, 54, 58));         /* nor the header */
    bmp_file masks = bmp_new(40, 1, 1, 32, 54, 58);
    put_32(&masks, 30, 3);
    assert_refused(FC_CORRUPT_IMAGE, masks);
}

static void masks_with_gaps_are_refused(void **state)
{
    (void)state;
    static const uint32_t MASKS[] = { 0x00ff00ff, 0x5, 0x000fffff, UINT32_MAX };
    for (size_t i = 0; i < sizeof MASKS / sizeof MASKS[0]; i++) {
        bmp_file file = bmp_new(52, 1, 1, 32, 66, 70);
        put_32(&file, 30, 3);
        put_32(&file, 54, MASKS[i]);
        assert_refused(FC_CORRUPT_IMAGE, file);
    }
}

static void rows_survive_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    bmp_file file = bmp_new(40, 1, 1, 24, 54, 58);
    FC_AUTO(fc_source) source = NULL;
    SWEEP_ALLOCATIONS(fc_bmp_codec.open(bytes_of(&file), &LIMITS, &source, &err), source == NULL);
    FC_AUTO(fc_rows) rows = NULL;
    SWEEP_ALLOCATIONS(source->rows(source, 1, (fc_rect){ 0, 0, 1, 1 }, &rows, &err), rows == NULL);
}

static size_t coded_size(bmp_file file)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_bmp_codec.open(bytes_of(&file), &LIMITS, &source, &err), err);
    return source->coded.size;
}

static void pixels_are_told_where_zeros_are_black(void **state)
{
    (void)state;
    assert_int_equal(coded_size(bmp_new(40, 1, 2, 24, 54, 70)), 8);
    assert_int_equal(coded_size(bmp_new(40, 1, 2, 32, 54, 70)), 8);
    assert_int_equal(coded_size(bmp_new(40, 1, 2, 1, 62, 70)), 0);
    bmp_file alpha = bmp_new(56, 1, 2, 32, 70, 78);
    put_32(&alpha, 30, 3); /* bit masks */
    put_32(&alpha, 54, 0xff);
    put_32(&alpha, 58, 0xff00);
    put_32(&alpha, 62, 0xff0000);
    put_32(&alpha, 66, 0xff000000);
    assert_int_equal(coded_size(alpha), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_go_up_or_down_as_the_height_says),
        cmocka_unit_test(every_header_size_is_read),
        cmocka_unit_test(palettes_of_1_4_and_8_bits_are_looked_up),
        cmocka_unit_test(index_past_the_palette_is_black),
        cmocka_unit_test(sixteen_bits_are_555_unless_masks_say_565),
        cmocka_unit_test(alpha_counts_only_where_a_mask_names_it),
        cmocka_unit_test(sides_that_make_no_sense_are_refused),
        cmocka_unit_test(kinds_that_are_not_read_are_refused_by_name),
        cmocka_unit_test(offsets_past_the_end_are_refused),
        cmocka_unit_test(masks_with_gaps_are_refused),
        cmocka_unit_test(rows_survive_every_allocation_failure),
        cmocka_unit_test(pixels_are_told_where_zeros_are_black),
    };
    return cmocka_run_group_tests_name("image/decode_bmp", tests, NULL, NULL);
}
