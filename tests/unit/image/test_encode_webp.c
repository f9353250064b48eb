#include "image/encode.h"

#include "base/memory.h"
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
        cmocka_unit_test(result_beyond_the_buffer_is_refused),
        cmocka_unit_test(encoding_survives_every_allocation_failure),
    };
    return cmocka_run_group_tests_name("image/encode_webp", tests, fc_photo_setup,
                                       fc_photo_teardown);
}
