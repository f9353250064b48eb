#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "image/codecs.h"
#include "support/fc_stored.h"
#include "support/fc_tiff.h"

/* Pictures of 32 x 16 px in four quadrants; see tests/data/image/README.md. */
static const struct {
    const char *name;
    int32_t channels;
    int32_t bits;
    int64_t kept;
    int tolerance;
} FILES[] = {
    { "lzw.tif", 3, 8, 0, 0 },        { "tiled.tif", 3, 8, 1536, 0 },
    { "planar.tif", 3, 8, 480, 0 },   { "planar_tiled.tif", 3, 8, 1536, 0 },
    { "jpeg.tif", 3, 8, 0, 4 },       { "jpeg_tiled.tif", 3, 8, 1536, 4 },
    { "zstd.tif", 3, 8, 672, 0 },     { "lzma.tif", 3, 8, 1536, 0 },
    { "big.tif", 3, 8, 0, 0 },        { "rgb16.tif", 3, 16, 0, 0 },
    { "palette.tif", 3, 8, 2560, 0 }, { "thumbnail_first.tif", 3, 8, 0, 0 },
    { "alpha.tif", 4, 8, 0, 0 },
};
#define FILE_COUNT (sizeof FILES / sizeof FILES[0])

static const uint8_t QUADRANTS[4][3] = {
    { 200, 40, 40 }, { 40, 160, 60 }, { 40, 60, 200 }, { 220, 200, 60 }
};

static fc_mapping *map(const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/data/image/%s", name);
    fc_error err = { 0 };
    fc_mapping *file = NULL;
    ASSERT_OK(fc_mapping_new(path, 1 << 20, &file, &err), err);
    return file;
}

/* Where quadrants meet, a JPEG mixes their colours. */
static bool is_at_an_edge(size_t pixel)
{
    const size_t x = pixel % 32;
    const size_t y = pixel / 32;
    return (x >= 13 && x < 19) || (y >= 5 && y < 11);
}

static void kinds_come_out_as_they_are_stored(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        fc_source facts;
        FC_AUTO_BUFFER(rows, 1 << 20);
        fc_stored_open(fc_tiff_codec.open, FILES[i].name, &facts, &rows);
        assert_int_equal(facts.size.width, 32);
        assert_int_equal(facts.size.height, 16);
        assert_int_equal(facts.orientation, 1);
        assert_int_equal(facts.space.model, FC_COLOUR_RGB);
        assert_int_equal(facts.bits, FILES[i].bits);
        assert_int_equal(fc_colour_space_channels(&facts.space), FILES[i].channels);
        assert_int_equal(facts.kept_bytes, FILES[i].kept);
        const size_t step = (size_t)FILES[i].bits / 8;
        for (size_t p = 0; p < (size_t)32 * 16; p++) {
            const uint8_t *pixel = rows.data + p * (size_t)FILES[i].channels * step;
            const uint8_t *wanted = QUADRANTS[(p % 32 >= 16) + 2 * (p >= (size_t)32 * 8)];
            for (size_t c = 0; c < 3; c++) { /* both bytes of 16 bits are alike */
                const bool is_mixed = FILES[i].tolerance > 0 && is_at_an_edge(p);
                if (!is_mixed && abs(pixel[c * step] - wanted[c]) > FILES[i].tolerance) {
                    fail_msg("%s: channel %zu of pixel %zu is %u, not %u", FILES[i].name, c, p,
                             pixel[c * step], wanted[c]);
                }
            }
        }
    }
}

static void ink_grey_and_floats_keep_their_kind(void **state)
{
    (void)state;
    fc_source facts;
    FC_AUTO_BUFFER(rows, 1 << 20);
    fc_stored_open(fc_tiff_codec.open, "cmyk.tif", &facts, &rows);
    assert_int_equal(facts.space.model, FC_COLOUR_CMYK);
    assert_false(facts.space.has_alpha);
    assert_memory_equal(rows.data, "\x37\xd7\xd7\0", 4); /* red is 255 - 200 of cyan, ... */

    fc_buffer_clear(&rows);
    fc_stored_open(fc_tiff_codec.open, "fax.tif", &facts, &rows);
    assert_int_equal(facts.space.model, FC_COLOUR_GREY);
    assert_int_equal(rows.data[0], 0);
    assert_int_equal(rows.data[32 * 16 - 1], 255);

    fc_buffer_clear(&rows);
    fc_stored_open(fc_tiff_codec.open, "float.tif", &facts, &rows);
    assert_int_equal(facts.bits, 32);
    float red[3];
    memcpy(red, rows.data, sizeof red);
    assert_true(red[0] > 0.75F && red[0] < 0.82F && red[1] > 0.1F && red[1] < 0.2F);
}

static void parts_are_parts_of_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        FC_AUTO(fc_mapping) file = map(FILES[i].name);
        fc_stored_assert_parts(fc_tiff_codec.open, file->bytes);
    }
}

static void what_is_cut_off_is_never_made_up(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "lzw.tif",  "tiled.tif", "planar.tif", "jpeg.tif",
                                         "zstd.tif", "big.tif",   "rgb16.tif",  "fax.tif" };
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        FC_AUTO(fc_mapping) file = map(NAMES[i]);
        fc_stored_assert_cuts(fc_tiff_codec.open, file->bytes);
    }
}

static void no_damage_brings_pixels_that_the_file_does_not_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        FC_AUTO(fc_mapping) file = map(FILES[i].name);
        fc_stored_assert_damage(fc_tiff_codec.open, file->bytes, 1);
    }
}

static void assert_refused(fc_status status, const fc_buffer *file, const char *words)
{
    fc_error err = { 0 };
    FC_AUTO_BUFFER(rows, 1 << 20);
    const fc_status got = fc_stored_decode(fc_tiff_codec.open, fc_buffer_bytes(file), &rows, &err);
    if (got == FC_OK) {
        fail_msg("not refused: \"%s\" was expected", words);
    }
    assert_string_equal(fc_status_lookup(got)->slug, fc_status_lookup(status)->slug);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    }
}

static void open_changed(const char *name, uint16_t tag, uint32_t value, fc_buffer *file)
{
    FC_AUTO(fc_mapping) mapped = map(name);
    fc_buffer_clear(file);
    (void)fc_tiff_put(file, mapped->bytes.data, mapped->bytes.size);
    fc_tiff_change(file, tag, value);
}

/* The library fills a JPEG that ends too soon with grey and only warns; one that is smaller than
 * its strip leaves the rest of the strip to what memory held. */
static void jpeg_that_has_too_few_pixels_is_refused(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    open_changed("jpeg.tif", 257, 24, &file); /* higher than the JPEG */
    fc_tiff_change(&file, 278, 24);
    assert_refused(FC_CORRUPT_IMAGE, &file, "Improper JPEG strip/tile size");
    open_changed("jpeg.tif", 256, 48, &file);
    assert_refused(FC_CORRUPT_IMAGE, &file, "Improper JPEG strip/tile size");
    open_changed("jpeg_tiled.tif", 322, 32, &file);
    assert_refused(FC_CORRUPT_IMAGE, &file, "");
    open_changed("jpeg.tif", 279, 80, &file); /* bytes of the strip */
    assert_refused(FC_CORRUPT_IMAGE, &file, "Premature end of JPEG file");
}

static void limits_hold_before_memory_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        fc_source_limits limits;
    } KINDS[] = { { "lzw.tif", { 511, 1 << 20 } },
                  { "planar_tiled.tif", { 512, 1535 } },
                  { "palette.tif", { 512, 2559 } } };
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = map(KINDS[i].name);
        FC_AUTO(fc_source) source = NULL;
        ASSERT_FAILS(FC_LIMIT_EXCEEDED,
                     fc_tiff_codec.open(file->bytes, &KINDS[i].limits, &source, &err), err);
        assert_null(source);
    }
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    open_changed("jpeg_tiled.tif", 322, 65520, &file);
    assert_refused(FC_LIMIT_EXCEEDED, &file, "65520");
}

/* A 1-strip file of 48 megapixels is read line by line. */
static void large_strips_cost_no_memory(void **state)
{
    (void)state;
    FC_AUTO_BUFFER(file, FC_TIFF_FILE_MAX);
    open_changed("lzw.tif", 256, 8000, &file);
    fc_tiff_change(&file, 257, 6000);
    fc_tiff_change(&file, 278, 6000);
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    ASSERT_OK(fc_tiff_codec.open(fc_buffer_bytes(&file), &fc_stored_limits, &source, &err), err);
    assert_int_equal(source->kept_bytes, 0);
}

/* 12: uncompressed YCbCr. 14: a fourth sample of no meaning. 15: LZW with 2 x 2 subsampling, and
 * JPEG 2000, which is not read. Mean colours as Pillow has them. */
static void shared_files_give_their_picture_or_say_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double mean[3];
    } SHARED[] = { { "faults/12_ycbcr.tif", { 141.0, 106.0, 96.0 } },
                   { "faults/14_unspecified_extra.tif", { 141.0, 106.0, 96.0 } },
                   { "faults/15_subsampled.tif", { 53.8, 65.9, 60.4 } } };
    if (fc_test_shared_file("faults/12_ycbcr.tif") == NULL) {
        skip();
    }
    fc_error err = { 0 };
    for (size_t i = 0; i < sizeof SHARED / sizeof SHARED[0]; i++) {
        FC_AUTO(fc_mapping) file = NULL;
        ASSERT_OK(fc_mapping_new(fc_test_shared_file(SHARED[i].name), 1 << 21, &file, &err), err);
        FC_AUTO_BUFFER(rows, 1 << 21);
        ASSERT_OK(fc_stored_decode(fc_tiff_codec.open, file->bytes, &rows, &err), err);
        for (size_t c = 0; c < 3; c++) {
            double sum = 0;
            for (size_t p = c; p < rows.size; p += 3) {
                sum += rows.data[p];
            }
            const double mean = sum / ((double)rows.size / 3);
            if (mean < SHARED[i].mean[c] - 1 || mean > SHARED[i].mean[c] + 1) {
                fail_msg("%s: mean of channel %zu is %f", SHARED[i].name, c, mean);
            }
        }
    }
    FC_AUTO(fc_mapping) file = NULL;
    const char *path = fc_test_shared_file("faults/15_valid_but_damaged.tif");
    ASSERT_OK(fc_mapping_new(path, 1 << 21, &file, &err), err);
    FC_AUTO(fc_source) source = NULL;
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_tiff_codec.open(file->bytes, &fc_stored_limits, &source, &err), err);
    assert_non_null(strstr(err.text, "JPEG 2000"));
}

static void rows_survive_every_allocation_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        fc_error err = { 0 };
        FC_AUTO(fc_mapping) file = map(FILES[i].name);
        FC_AUTO_BUFFER(rows, 1 << 20);
        SWEEP_ALLOCATIONS(fc_stored_decode(fc_tiff_codec.open, file->bytes, &rows, &err), true);
    }
}

static void version_is_that_of_the_library(void **state)
{
    (void)state;
    assert_true(fc_tiff_codec.version()[0] >= '4' && fc_tiff_codec.version()[1] == '.');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_come_out_as_they_are_stored),
        cmocka_unit_test(ink_grey_and_floats_keep_their_kind),
        cmocka_unit_test(parts_are_parts_of_the_whole),
        cmocka_unit_test(what_is_cut_off_is_never_made_up),
        cmocka_unit_test(no_damage_brings_pixels_that_the_file_does_not_hold),
        cmocka_unit_test(jpeg_that_has_too_few_pixels_is_refused),
        cmocka_unit_test(limits_hold_before_memory_is_taken),
        cmocka_unit_test(large_strips_cost_no_memory),
        cmocka_unit_test(shared_files_give_their_picture_or_say_what_is_missing),
        cmocka_unit_test(rows_survive_every_allocation_failure),
        cmocka_unit_test(version_is_that_of_the_library),
    };
    return cmocka_run_group_tests_name("image/decode_tiff", tests, NULL, NULL);
}
