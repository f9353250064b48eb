#include "image/decode.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/memory.h"
#include "support/fc_photo.h"
#include "support/fc_png.h"

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

static void assert_lower_half(fc_bytes file, const uint8_t colour[3])
{
    fc_error err = { 0 };
    const fc_photo_facts facts = probe(file);
    const fc_box region = { facts.size.width / 2.0, facts.size.height / 2.0, 1, 1 };
    for (int32_t shrink = 1; shrink <= 8; shrink *= 2) {
        const fc_decode_request request = { shrink, region, { 10, 200, 255 } };
        FC_AUTO(fc_raster) raster = NULL;
        ASSERT_OK(fc_decode(file, &facts, &request, &raster, &err), err);
        fc_photo_assert_colour(raster->pixels, 0, 0, colour, 0);
    }
}

static void a_hidden_part_stays_hidden_where_the_rest_is_seen(void **state)
{
    (void)state;
    FC_AUTO(fc_mapping) file = fc_photo_open("alpha.png");
    assert_lower_half(file->bytes, (const uint8_t[3]){ 10, 200, 255 });
}

static void a_part_of_a_photo_that_alpha_hides_wholly_is_seen(void **state)
{
    (void)state;
    static const uint8_t ROWS[32][1 + 4] = { 0 };
    FC_AUTO_BUFFER(file, FC_PNG_FILE_MAX);
    fc_png_put_start(&file, 1, 32, 8, 6, false);
    fc_png_put_pixels(&file, ROWS, sizeof ROWS);
    fc_png_put_end(&file);
    assert_lower_half((fc_bytes){ file.data, file.size }, (const uint8_t[3]){ 0, 0, 0 });
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

/* Every cut ends in a refusal, never in half a picture. The last bytes of some types carry no
 * pixels, so cuts start before them. */
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

/* Room for a file that a test writes; the largest one here is 1 MB. */
#define FILE_SIZE_MAX ((size_t)2 << 20)

/* Refusals must come from the header: far quicker than any decoding. Time of the processor, as the
 * machine may be busy. */
#define REFUSAL_US_MAX 100000

static int64_t worked_us(void)
{
    struct timespec time;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time), 0);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

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
    const int64_t start_us = worked_us();
    ASSERT_FAILS(expected, fc_decode_probe(file, limits, &facts, &err), err);
    assert_true(worked_us() - start_us < REFUSAL_US_MAX);
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
        cmocka_unit_test(all_orientations_come_out_upright),
        cmocka_unit_test(lossless_files_keep_their_colours_exactly),
        cmocka_unit_test(lossy_files_keep_their_colours_nearly),
        cmocka_unit_test(embedded_profile_is_applied),
        cmocka_unit_test(broken_profile_is_ignored),
        cmocka_unit_test(cmyk_comes_out_as_rgb),
        cmocka_unit_test(grey_becomes_three_equal_channels),
        cmocka_unit_test(one_bit_is_black_and_white),
        cmocka_unit_test(background_shows_through_transparency),
        cmocka_unit_test(a_hidden_part_stays_hidden_where_the_rest_is_seen),
        cmocka_unit_test(a_part_of_a_photo_that_alpha_hides_wholly_is_seen),
        cmocka_unit_test(grey_with_alpha_of_16_bits_is_flattened),
        cmocka_unit_test(single_pixel_survives_every_shrink),
        cmocka_unit_test(raster_lies_where_it_says),
        cmocka_unit_test(region_is_rounded_outwards),
        cmocka_unit_test(cropped_picture_is_decoded),
        cmocka_unit_test(truncated_files_are_refused),
        cmocka_unit_test(decoding_survives_every_allocation_failure),
        cmocka_unit_test(facts_tell_what_the_header_says),
        cmocka_unit_test(decoded_bytes_count_what_the_decoder_keeps),
        cmocka_unit_test(types_that_are_not_accepted_are_refused_by_name),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(one_bit_png_of_361_megapixels_is_refused),
        cmocka_unit_test(sides_beyond_reason_are_refused),
        cmocka_unit_test(jpeg_of_4290_megapixels_is_refused),
        cmocka_unit_test(tiff_of_many_channels_is_refused),
    };
    return cmocka_run_group_tests_name("image/decode", tests, NULL, NULL);
}
