#include "image/jpeg_writer.h"

#include <string.h>

#include "base/memory.h"
#include "image/jpeg_scan.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

/* Detail everywhere, so that the file is larger than a chunk. */
static fc_image *draw(void)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 201, 133 }, 3, &image, &err), err);
    for (int32_t y = 0; y < image->size.height; y++) {
        uint8_t *row = fc_image_row(image, y);
        for (int32_t x = 0; x < 3 * image->size.width; x++) {
            row[x] = (uint8_t)(x * x * 7 + y * y * 13 + x * y);
        }
    }
    return image;
}

/* Sampling of the first component, as the frame header has it. */
static uint8_t sampling_of(fc_bytes file)
{
    size_t offset = 0;
    fc_jpeg_segment segment = { 0 };
    do {
        assert_int_equal(fc_jpeg_next_segment(file, &offset, &segment, NULL), FC_OK);
        assert_int_not_equal(segment.marker, 0);
        assert_int_not_equal(segment.marker, FC_JPEG_APP0); /* nothing but the picture */
    } while (segment.marker != 0xc0);
    return segment.body.data[7];
}

static void chroma_is_halved_below_quality_90(void **state)
{
    (void)state;
    static const int32_t QUALITIES[] = { 1, 89, 90, 95 };
    FC_AUTO(fc_image) image = draw();
    size_t before = 0;
    for (size_t i = 0; i < 4; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        size_t size = 0;
        ASSERT_OK(fc_jpeg_write(image, QUALITIES[i], true, &file, &size, &err), err);
        assert_int_equal(file.size, size);
        assert_true(size > before);
        assert_int_equal(sampling_of(fc_buffer_bytes(&file)), i < 2 ? 0x22 : 0x11);
        before = size;
    }
}

/* From black at the left to noise of the largest levels at the right. */
static fc_image *draw_noise(void)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 320, 240 }, 3, &image, &err), err);
    uint32_t seed = 1;
    for (int32_t y = 0; y < image->size.height; y++) {
        for (int32_t i = 0; i < 3 * image->size.width; i++) {
            seed = seed * 69069 + 1;
            const bool is_black = (seed >> 8) % 320 > (uint32_t)i / 3;
            fc_image_row(image, y)[i] = is_black || seed >> 31 ? 0 : 255;
        }
    }
    return image;
}

static void any_picture_is_the_same_with_both_tables(void **state)
{
    (void)state;
    static const int32_t QUALITIES[] = { 1, 30, 75, 95, 100 };
    FC_AUTO(fc_image) image = draw_noise();
    for (size_t i = 0; i < sizeof QUALITIES / sizeof *QUALITIES; i++) {
        fc_error err = { 0 };
        FC_AUTO_BUFFER(portraits, FILE_SIZE_MAX);
        FC_AUTO_BUFFER(own, FILE_SIZE_MAX);
        size_t size = 0;
        ASSERT_OK(fc_jpeg_write(image, QUALITIES[i], false, &portraits, &size, &err), err);
        ASSERT_OK(fc_jpeg_write(image, QUALITIES[i], true, &own, &size, &err), err);
        assert_true(own.size < portraits.size);
        FC_AUTO(fc_raster) a = fc_photo_decode(fc_buffer_bytes(&portraits));
        FC_AUTO(fc_raster) b = fc_photo_decode(fc_buffer_bytes(&own));
        for (int32_t y = 0; y < image->size.height; y++) {
            assert_memory_equal(fc_image_row(a->pixels, y), fc_image_row(b->pixels, y),
                                3 * (size_t)image->size.width);
        }
    }
}

static void file_beyond_the_limit_is_only_counted(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw();
    FC_AUTO_BUFFER(whole, FILE_SIZE_MAX);
    size_t expected = 0;
    ASSERT_OK(fc_jpeg_write(image, 95, false, &whole, &expected, &err), err);
    assert_true(expected > 2 * 16384);
    for (size_t less = 0; less <= expected; less += expected / 4) {
        FC_AUTO_BUFFER(file, expected - less);
        size_t size = 0;
        ASSERT_OK(fc_jpeg_write(image, 95, false, &file, &size, &err), err);
        assert_int_equal(size, expected);
        assert_int_equal(file.size, less == 0 ? expected : 0);
    }
}

static void what_the_buffer_held_is_dropped(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw();
    FC_AUTO_BUFFER(first, FILE_SIZE_MAX);
    FC_AUTO_BUFFER(second, FILE_SIZE_MAX);
    size_t size = 0;
    ASSERT_OK(fc_jpeg_write(image, 50, true, &first, &size, &err), err);
    ASSERT_OK(fc_buffer_append(&second, "something", 9, &err), err);
    ASSERT_OK(fc_jpeg_write(image, 50, true, &second, &size, &err), err);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.data, second.data, size);
}

/* No such picture can be made; one is claimed. */
static void side_that_no_jpeg_has_is_refused(void **state)
{
    (void)state;
    uint8_t pixels[64] = { 0 };
    for (int i = 0; i < 2; i++) {
        fc_error err = { 0 };
        const fc_size size = { i == 0 ? 65501 : 1, i == 1 ? 65501 : 1 };
        const fc_image image = { .size = size, .channels = 3, .data = pixels };
        FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
        size_t written = 0;
        ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_jpeg_write(&image, 50, true, &file, &written, &err),
                     err);
    }
}

static void writing_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw();
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    size_t size = 0;
    SWEEP_ALLOCATIONS(fc_jpeg_write(image, 95, true, &file, &size, &err), file.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chroma_is_halved_below_quality_90),
        cmocka_unit_test(any_picture_is_the_same_with_both_tables),
        cmocka_unit_test(file_beyond_the_limit_is_only_counted),
        cmocka_unit_test(what_the_buffer_held_is_dropped),
        cmocka_unit_test(side_that_no_jpeg_has_is_refused),
        cmocka_unit_test(writing_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/jpeg_writer", tests, NULL, NULL);
}
