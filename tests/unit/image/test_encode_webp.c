#include "image/encode.h"

#include <string.h>

#include "base/memory.h"
#include "image/webp_scan.h"
#include "support/fc_photo.h"

#define WEBP_SIZE_MAX ((size_t)1 << 20)

/* A smooth picture whose alpha differs from row to row. */
static fc_image *draw(int32_t channels)
{
    fc_error err = { 0 };
    fc_image *image = NULL;
    ASSERT_OK(fc_image_new((fc_size){ 96, 64 }, channels, &image, &err), err);
    for (int32_t y = 0; y < 64; y++) {
        uint8_t *row = fc_image_row(image, y);
        for (int32_t x = 0; x < 96; x++) {
            for (int32_t c = 0; c < channels; c++) {
                row[x * channels + c] = (uint8_t)(c == 3 ? 255 - y : 60 + x + 20 * c);
            }
        }
    }
    return image;
}

static void colours_come_back_nearly(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(3);
    FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
    ASSERT_OK(fc_encode_webp(image, &webp, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&webp));
    assert_int_equal(raster->pixels->size.width, 96);
    assert_int_equal(raster->pixels->size.height, 64);
    for (int32_t y = 0; y < 64; y += 9) {
        fc_photo_assert_colour(raster->pixels, y, y, fc_image_row(image, y) + y * 3, 8);
    }
}

static void alpha_is_kept(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(4);
    FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
    ASSERT_OK(fc_encode_webp(image, &webp, &err), err);
    fc_photo_facts facts = { 0 };
    ASSERT_OK(fc_decode_probe(fc_buffer_bytes(&webp), &fc_photo_limits, &facts, &err), err);
    assert_int_equal(facts.format, FC_FORMAT_WEBP);
    assert_true(facts.has_alpha);
}

static void result_beyond_the_buffer_is_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(3);
    FC_AUTO_BUFFER(webp, 100);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_webp(image, &webp, &err), err);
    assert_int_equal(webp.size, 0);
}

/* The format has 14 bits for a side; of a grey picture one row is enough to see it. */
static void side_that_no_webp_has_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        fc_error err = { 0 };
        const int32_t side = i < 2 ? 16383 : 16384;
        FC_AUTO(fc_image) image = NULL;
        ASSERT_OK(fc_image_new((fc_size){ i % 2 == 0 ? side : 1, i % 2 == 0 ? 1 : side }, 1, &image,
                               &err),
                  err);
        memset(image->data, 0x80, image->stride * (size_t)image->size.height);
        FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
        if (i < 2) {
            ASSERT_OK(fc_encode_webp(image, &webp, &err), err);
        } else {
            ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_encode_webp(image, &webp, &err), err);
        }
    }
}

static void grey_stays_grey(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(1);
    FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
    ASSERT_OK(fc_encode_webp(image, &webp, &err), err);
    FC_AUTO(fc_raster) raster = fc_photo_decode(fc_buffer_bytes(&webp));
    for (int32_t y = 0; y < 64; y += 9) {
        const uint8_t grey = fc_image_row(image, y)[y];
        fc_photo_assert_colour(raster->pixels, y, y, (const uint8_t[]){ grey, grey, grey }, 4);
    }
}

/* The pixels' chunk alone, and that of alpha: nothing about who made it. */
static void file_holds_the_picture_alone(void **state)
{
    (void)state;
    for (int32_t channels = 3; channels <= 4; channels++) {
        fc_error err = { 0 };
        FC_AUTO(fc_image) image = draw(channels);
        FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
        ASSERT_OK(fc_encode_webp(image, &webp, &err), err);
        fc_webp_layout layout = { 0 };
        ASSERT_OK(fc_webp_scan(fc_buffer_bytes(&webp), &layout, &err), err);
        assert_int_equal(layout.exif.size, 0);
        assert_int_equal(layout.profile.size, 0);
    }
}

static void encoding_survives_every_allocation_failure(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) image = draw(4);
    FC_AUTO_BUFFER(webp, WEBP_SIZE_MAX);
    SWEEP_ALLOCATIONS(fc_encode_webp(image, &webp, &err), webp.size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_come_back_nearly),
        cmocka_unit_test(alpha_is_kept),
        cmocka_unit_test(side_that_no_webp_has_is_refused),
        cmocka_unit_test(grey_stays_grey),
        cmocka_unit_test(file_holds_the_picture_alone),
        cmocka_unit_test(result_beyond_the_buffer_is_refused),
        cmocka_unit_test(encoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/encode_webp", tests, NULL, NULL);
}
