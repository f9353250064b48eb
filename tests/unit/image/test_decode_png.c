#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "support/fc_png.h"
#include "support/fc_stored.h"

/* A picture without more than header, palette or transparency, and pixels. */
static void put_picture(fc_buffer *file, fc_size size, uint8_t depth, uint8_t kind,
                        const char *chunk, fc_bytes body, const void *rows, size_t rows_size)
{
    fc_png_put_start(file, (uint32_t)size.width, (uint32_t)size.height, depth, kind, false);
    if (kind == 3) {
        fc_png_put(file, "PLTE", "\1\2\3\4\5\6\7\x8\x9", 9);
    }
    if (chunk != NULL) {
        fc_png_put(file, chunk, body.data, body.size);
    }
    fc_png_put_pixels(file, rows, rows_size);
    fc_png_put_end(file);
}

static void kinds_come_out_as_they_are_stored(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_colour_model model;
        bool has_alpha;
        int32_t bits;
        int64_t kept;
    } FILES[] = {
        { "rgb.png", FC_COLOUR_RGB, false, 8, 0 },
        { "palette.png", FC_COLOUR_RGB, false, 8, 0 },
        { "grey.png", FC_COLOUR_GREY, false, 8, 0 },
        { "one_bit.png", FC_COLOUR_GREY, false, 8, 0 },
        { "rgb16.png", FC_COLOUR_RGB, false, 16, 0 },
        { "alpha.png", FC_COLOUR_RGB, true, 8, 0 },
        { "grey_alpha16.png", FC_COLOUR_GREY, true, 16, 0 },
        { "interlaced.png", FC_COLOUR_RGB, false, 8, 128 }, /* 2 bits a pixel */
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_source facts;
        FC_AUTO_BUFFER(rows, 1 << 20);
        fc_stored_open(fc_png_codec.open, FILES[i].name, &facts, &rows);
        assert_int_equal(facts.size.width, 32);
        assert_int_equal(facts.size.height, 16);
        assert_int_equal(facts.orientation, 1);
        assert_int_equal(facts.space.model, FILES[i].model);
        assert_int_equal(facts.space.has_alpha, FILES[i].has_alpha);
        assert_int_equal(facts.bits, FILES[i].bits);
        assert_int_equal(facts.kept_bytes, FILES[i].kept);
        if (FILES[i].model == FC_COLOUR_RGB) { /* red first */
            const size_t step = (size_t)FILES[i].bits / 8;
            assert_int_equal(rows.data[0], 200);
            assert_int_equal(rows.data[step], 40);
            assert_int_equal(rows.data[2 * step], 40);
        }
    }
}

static void assert_rows(const fc_buffer *file, const void *expected, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(rows, 1 << 20);
    ASSERT_OK(fc_stored_decode(fc_png_codec.open, fc_buffer_bytes(file), &rows, &err), err);
    assert_int_equal(rows.size, size);
    assert_memory_equal(rows.data, expected, size);
}

static void few_bits_are_spread_over_the_whole_range(void **state)
{
    (void)state;
    static const struct {
        uint8_t depth;
        int32_t width;
        const char *row;
        size_t size;
        const char *levels;
    } KINDS[] = {
        { 1, 3, "\0\xa0", 2, "\xff\0\xff" },
        { 2, 5, "\0\x1b\x40", 3, "\0\x55\xaa\xff\x55" },
        { 4, 3, "\0\x1f\x80", 3, "\x11\xff\x88" },
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
        put_picture(&file, (fc_size){ KINDS[i].width, 1 }, KINDS[i].depth, 0, NULL,
                    (fc_bytes){ NULL, 0 }, KINDS[i].row, KINDS[i].size);
        assert_rows(&file, KINDS[i].levels, (size_t)KINDS[i].width);
    }
}

static void palette_is_looked_up_and_black_past_its_end(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_picture(&file, (fc_size){ 3, 1 }, 4, 3, NULL, (fc_bytes){ NULL, 0 }, "\0\x20\xf0", 3);
    assert_rows(&file, "\7\x8\x9\1\2\3\0\0\0", 9);
    fc_buffer_clear(&file);
    put_picture(&file, (fc_size){ 3, 1 }, 8, 3, "tRNS", (fc_bytes){ (const uint8_t *)"\x80\0", 2 },
                "\0\2\0\1", 4);
    assert_rows(&file, "\7\x8\x9\xff\1\2\3\x80\4\5\6\0", 12);
}

/* Some write 256 colours, whatever the bits of a pixel. */
static void palette_longer_than_its_bits_need_is_read(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_picture(&file, (fc_size){ 2, 1 }, 1, 3, NULL, (fc_bytes){ NULL, 0 }, "\0\x40", 2);
    assert_rows(&file, "\1\2\3\4\5\6", 6);
}

static void one_transparent_colour_becomes_alpha(void **state)
{
    (void)state;
    static const struct {
        uint8_t depth;
        uint8_t kind;
        const char *key;
        size_t key_size;
        const char *row;
        size_t row_size;
        const char *pixels; /* two of them */
        size_t size;
    } KINDS[] = {
        { 2, 0, "\0\2", 2, "\0\x90", 2, "\xaa\0\x55\xff", 4 },
        { 8, 0, "\0\7", 2, "\0\7\x8", 3, "\7\0\x8\xff", 4 },
        { 8, 2, "\0\1\0\2\0\3", 6, "\0\1\2\3\1\2\4", 7, "\1\2\3\0\1\2\4\xff", 8 },
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
        put_picture(&file, (fc_size){ 2, 1 }, KINDS[i].depth, KINDS[i].kind, "tRNS",
                    (fc_bytes){ (const uint8_t *)KINDS[i].key, KINDS[i].key_size }, KINDS[i].row,
                    KINDS[i].row_size);
        assert_rows(&file, KINDS[i].pixels, KINDS[i].size);
    }
}

static void sixteen_bits_are_in_the_order_of_the_machine(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    put_picture(&file, (fc_size){ 2, 1 }, 16, 0, "tRNS",
                (fc_bytes){ (const uint8_t *)"\x12\x34", 2 }, "\0\x12\x34\x12\x35", 5);
    const uint16_t expected[] = { 0x1234, 0, 0x1235, UINT16_MAX };
    assert_rows(&file, expected, sizeof expected);
}

static void parts_are_parts_of_the_whole(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "rgb.png",       "palette.png", "interlaced.png",
                                         "one_bit.png",   "rgb16.png",   "alpha.png",
                                         "one_pixel.png", "grey.png",    "grey_alpha16.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char path[64] = "tests/data/image/";
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(strncat(path, NAMES[i], 32), 1 << 20, &file, &err), err);
        fc_stored_assert_parts(fc_png_codec.open, file->bytes);
    }
}

/* 8 x 8 of grey, one pass after the other: each pixel holds its place. */
static void interlaced_rows_lie_where_they_belong(void **state)
{
    (void)state;
    static const struct {
        uint8_t x, y, dx, dy;
    } PASSES[] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
                   { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 } };
    uint8_t rows[128] = { 0 };
    uint8_t expected[64];
    size_t size = 0;
    for (size_t i = 0; i < sizeof PASSES / sizeof PASSES[0]; i++) {
        for (uint8_t y = PASSES[i].y; y < 8; y += PASSES[i].dy) {
            rows[size++] = 0;
            for (uint8_t x = PASSES[i].x; x < 8; x += PASSES[i].dx) {
                rows[size++] = (uint8_t)(8 * y + x);
            }
        }
    }
    for (uint8_t i = 0; i < 64; i++) {
        expected[i] = i;
    }
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 8, 8, 8, 0, true);
    fc_png_put_pixels(&file, rows, size);
    assert_rows(&file, expected, sizeof expected);
    fc_stored_assert_parts(fc_png_codec.open, fc_buffer_bytes(&file));
}

static void what_is_cut_off_is_never_made_up(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "tests/data/image/rgb.png",
                                         "tests/data/image/interlaced.png",
                                         "tests/data/image/rgb16.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(NAMES[i], 1 << 20, &file, &err), err);
        fc_stored_assert_cuts(fc_png_codec.open, file->bytes);
    }
}

/* Rows packed into two chunks: the second may be cut anywhere but in its checksum. */
static void cut_in_the_second_chunk_of_pixels_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(packed, FC_PNG_FILE_MAX);
    fc_png_put_packed(&packed, "\0\1\2\3\0\4\5\6\0\7\x8\x9", 12);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 3, 8, 2, false);
    fc_png_put(&file, "IDAT", packed.data, 6);
    const size_t first = file.size;
    fc_png_put(&file, "IDAT", packed.data + 6, packed.size - 6);
    assert_rows(&file, "\1\2\3\4\5\6\7\x8\x9", 9);
    fc_stored_assert_cuts(fc_png_codec.open, fc_buffer_bytes(&file));

    /* What stands between them ends the pixels. */
    FC_AUTO_BUFFER(rows, 1 << 20);
    fc_error err = { 0 };
    file.size = first;
    fc_png_put(&file, "tEXt", "a\0b", 3);
    fc_png_put(&file, "IDAT", packed.data + 6, packed.size - 6);
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_stored_decode(fc_png_codec.open, fc_buffer_bytes(&file), &rows, &err), err);
}

static void file_without_its_end_is_whole_and_its_checksums_count(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(rows, 1 << 20);
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_put_damaged(&file, "tRNS", "\0\1\0\2\0\3", 6); /* passed over */
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    assert_rows(&file, "\1\2\3", 3);

    file.data[file.size - 1] ^= 1;
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_stored_decode(fc_png_codec.open, fc_buffer_bytes(&file), &rows, &err), err);

    fc_buffer_clear(&file);
    fc_png_put_start(&file, 1, 1, 8, 3, false);
    fc_png_put_damaged(&file, "PLTE", "\1\2\3", 3);
    fc_png_put_pixels(&file, "\0\0", 2);
    ASSERT_FAILS(FC_CORRUPT_IMAGE,
                 fc_stored_decode(fc_png_codec.open, fc_buffer_bytes(&file), &rows, &err), err);
}

static void assert_refused(fc_status status, const fc_buffer *file, fc_source_limits limits)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_FAILS(status, fc_png_codec.open(fc_buffer_bytes(file), &limits, &source, &err), err);
    assert_null(source);
}

static void limits_hold_before_memory_is_taken(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1000, 1000, 8, 6, true);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    assert_refused(FC_LIMIT_EXCEEDED, &file, (fc_source_limits){ 999999, INT64_MAX });
    assert_refused(FC_LIMIT_EXCEEDED, &file, (fc_source_limits){ INT64_MAX, 3999999 });
    fc_buffer_clear(&file);
    fc_png_put_start(&file, FC_IMAGE_SIDE_MAX + 1, 1, 8, 2, false);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    assert_refused(FC_LIMIT_EXCEEDED, &file, fc_stored_limits);
}

static void what_is_not_known_is_not_called_damaged(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 1, 8, 2, false);
    fc_png_put(&file, "ABCD", "", 0);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    assert_refused(FC_UNSUPPORTED_FORMAT, &file, fc_stored_limits);
    fc_buffer_clear(&file);
    fc_png_put_start(&file, 1, 1, 7, 2, false);
    fc_png_put_pixels(&file, "\0\1\2\3", 4);
    assert_refused(FC_CORRUPT_IMAGE, &file, fc_stored_limits);
}

static void no_damage_brings_pixels_that_the_file_does_not_hold(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "tests/data/image/palette.png",
                                         "tests/data/image/interlaced.png",
                                         "tests/data/image/alpha.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(NAMES[i], 1 << 20, &file, &err), err);
        fc_stored_assert_damage(fc_png_codec.open, file->bytes, 1);
    }
}

static void memory_that_runs_out_is_not_called_damage(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "tests/data/image/palette.png",
                                         "tests/data/image/interlaced.png" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(NAMES[i], 1 << 20, &file, &err), err);
        FC_AUTO_BUFFER(rows, 1 << 20);
        SWEEP_ALLOCATIONS(fc_stored_decode(fc_png_codec.open, file->bytes, &rows, &err), true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_come_out_as_they_are_stored),
        cmocka_unit_test(few_bits_are_spread_over_the_whole_range),
        cmocka_unit_test(palette_is_looked_up_and_black_past_its_end),
        cmocka_unit_test(palette_longer_than_its_bits_need_is_read),
        cmocka_unit_test(one_transparent_colour_becomes_alpha),
        cmocka_unit_test(sixteen_bits_are_in_the_order_of_the_machine),
        cmocka_unit_test(parts_are_parts_of_the_whole),
        cmocka_unit_test(interlaced_rows_lie_where_they_belong),
        cmocka_unit_test(what_is_cut_off_is_never_made_up),
        cmocka_unit_test(cut_in_the_second_chunk_of_pixels_is_refused),
        cmocka_unit_test(file_without_its_end_is_whole_and_its_checksums_count),
        cmocka_unit_test(limits_hold_before_memory_is_taken),
        cmocka_unit_test(what_is_not_known_is_not_called_damaged),
        cmocka_unit_test(no_damage_brings_pixels_that_the_file_does_not_hold),
        cmocka_unit_test(memory_that_runs_out_is_not_called_damage),
    };
    return cmocka_run_group_tests_name("image/decode_png", tests, NULL, NULL);
}
