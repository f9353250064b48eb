#include <libdeflate.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "image/encode.h"
#include "support/fc_photo.h"
#include "support/pictures.h"

#define PNG_SIZE_MAX ((size_t)1 << 20)

/* A picture with a different value in every channel of neighbouring pixels. */
static fc_image *draw(int32_t width, int32_t height, int32_t channels)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ width, height }, channels, &image, &err), err);
    for (int32_t y = 0; y < height; y++) {
        for (int32_t i = 0; i < width * channels; i++) {
            fc_image_row(image, y)[i] = (uint8_t)(7 * i + 31 * y);
        }
    }
    return image;
}

static void rgb_comes_back_exactly(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(101, 53, 3);
    FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
    ASSERT_OK(fc_encode_png(image, &png, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&png));
    for (int32_t y = 0; y < 53; y++) {
        assert_memory_equal(fc_image_row(raster->pixels, y), fc_image_row(image, y), 101 * 3);
    }
}

/* What cannot be packed, and rows longer than what is packed at a time. */
static void noise_and_long_rows_come_back_exactly(void **state)
{
    (void)state;
    fc_error err = { 0 };
    const fc_size sizes[] = { { 500, 301 }, { 30000, 7 } };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        FC_AUTO(fc_image) noise = fc_test_random(sizes[i], 3);
        FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
        ASSERT_OK(fc_encode_png(noise, &png, &err), err);
        FC_AUTO(fc_raster) back = fc_photo_decode(fc_buffer_bytes(&png));
        assert_int_equal(fc_test_largest_difference(noise, back->pixels), 0);
    }
}

static void grey_and_alpha_are_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    for (int32_t channels = 1; channels <= 4; channels += 3) {
        FC_AUTO(fc_image) image = draw(9, 5, channels);
        FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
        ASSERT_OK(fc_encode_png(image, &png, &err), err);
        fc_photo_facts facts = { 0 };
        ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&png), &fc_photo_limits, &facts, &err), err);
        assert_int_equal(facts.channels, channels);
        assert_int_equal(facts.has_alpha, channels == 4);
        assert_int_equal(facts.bits, 8);
    }
}

/* Only these chunks, in this order: no resolution, no text, no time, no profile. */
static void file_holds_pixels_and_an_srgb_tag(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(300, 200, 4);
    FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
    ASSERT_OK(fc_encode_png(image, &png, &err), err);
    char types[64] = "";
    for (size_t at = 8; at < png.size;) {
        const uint8_t *chunk = png.data + at;
        if (strcmp(types, "IHDR sRGB IDAT ") != 0 || memcmp(chunk + 4, "IDAT", 4) != 0) {
            const size_t used = strlen(types);
            (void)snprintf(types + used, sizeof types - used, "%.4s ", (const char *)chunk + 4);
        }
        at += 12 +
              ((size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3]);
        assert_true(at <= png.size);
    }
    assert_string_equal(types, "IHDR sRGB IDAT IEND ");
}

static uint32_t read_32(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* 600 px an inch are 23,622 px a metre. */
static void a_density_is_told_before_the_pixels(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(30, 20, 1);
    image->dpi = 600;
    FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
    ASSERT_OK(fc_encode_png(image, &png, &err), err);
    const uint8_t *chunk = png.data + 8 + 25 + 13; /* behind IHDR and sRGB */
    assert_int_equal(read_32(chunk), 9);
    assert_memory_equal(chunk + 4, "pHYs", 4);
    assert_int_equal(read_32(chunk + 8), 23622);
    assert_int_equal(read_32(chunk + 12), 23622);
    assert_int_equal(chunk[16], 1);
    assert_memory_equal(chunk + 9 + 12 + 4, "IDAT", 4);
}

static void every_chunk_has_its_checksum(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(30, 20, 4);
    FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
    ASSERT_OK(fc_encode_png(image, &png, &err), err);
    for (size_t at = 8; at < png.size;) {
        const uint8_t *chunk = png.data + at;
        const size_t size = read_32(chunk);
        assert_int_equal(read_32(chunk + 8 + size), libdeflate_crc32(0, chunk + 4, 4 + size));
        at += 12 + size;
    }
}

static void result_is_the_same_every_time(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(64, 64, 3);
    FC_AUTO_BUFFER(first, PNG_SIZE_MAX);
    FC_AUTO_BUFFER(second, PNG_SIZE_MAX);
    ASSERT_OK(fc_encode_png(image, &first, &err), err);
    ASSERT_OK(fc_encode_png(image, &second, &err), err);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, first.size);
}

static void result_beyond_the_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(64, 64, 3);
    FC_AUTO_BUFFER(png, 100);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_png(image, &png, &err), err);
    assert_int_equal(png.size, 0);
}

static void encoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(8, 8, 4);
    FC_AUTO_BUFFER(png, PNG_SIZE_MAX);
    SWEEP_ALLOCATIONS(fc_encode_png(image, &png, &err), png.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rgb_comes_back_exactly),
        cmocka_unit_test(noise_and_long_rows_come_back_exactly),
        cmocka_unit_test(grey_and_alpha_are_kept),
        cmocka_unit_test(file_holds_pixels_and_an_srgb_tag),
        cmocka_unit_test(a_density_is_told_before_the_pixels),
        cmocka_unit_test(every_chunk_has_its_checksum),
        cmocka_unit_test(result_is_the_same_every_time),
        cmocka_unit_test(result_beyond_the_buffer_is_refused),
        cmocka_unit_test(encoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/encode_png", tests, NULL, NULL);
}
