#include "base/file.h"
#include "engine/engine.h"
#include "image/encode.h"
#include "support/fc_test.h"
#include "support/patterns.h"
#include "support/test_engine.h"

static void memory_is_estimated_from_file_and_wishes(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_mapping) file = NULL;
    ASSERT_OK(fc_mapping_new("tests/data/official_portrait.jpg", 1 << 24, &file, &err), err);
    static fc_photo photo;
    photo = (fc_photo){ .params = fc_params_default(), .outputs = FC_OUTPUT_JPEG };
    int64_t usual = 0;
    ASSERT_OK(fc_engine_estimate(fc_test_engine, &photo, file->bytes, &usual, &err), err);
    assert_in_range(usual >> 20, 24, 64);
    assert_int_equal(photo.facts.format, FC_FORMAT_JPEG);
    photo.params.width = photo.params.height = 4096;
    int64_t large = 0;
    ASSERT_OK(fc_engine_estimate(fc_test_engine, &photo, file->bytes, &large, &err), err);
    assert_in_range(large >> 20, 512, 600);

    /* The picture behind a cut-out counts, packed and unpacked; one that is none is told later. */
    int64_t cutout = 0;
    photo.outputs = FC_OUTPUT_CUTOUT;
    ASSERT_OK(fc_engine_estimate(fc_test_engine, &photo, file->bytes, &cutout, &err), err);
    int64_t backed = 0;
    photo.plan.backdrop = file->bytes;
    ASSERT_OK(fc_engine_estimate(fc_test_engine, &photo, file->bytes, &backed, &err), err);
    assert_int_equal(backed - cutout, (int64_t)file->bytes.size + photo.facts.decoded_bytes);
    photo.plan.backdrop = (fc_bytes){ (const uint8_t *)"words", 5 };
    ASSERT_OK(fc_engine_estimate(fc_test_engine, &photo, file->bytes, &backed, &err), err);
    assert_int_equal(backed - cutout, 5);
    ASSERT_FAILS(FC_UNSUPPORTED_FORMAT,
                 fc_engine_estimate(fc_test_engine, &photo,
                                    (fc_bytes){ (const uint8_t *)"words", 5 }, &backed, &err),
                 err);
    fc_photo_clear(&photo);
}

/* What phones write: 8160 x 6144 px. A container of 2 GB gives half of it to photos in work. */
static void photos_of_50_megapixels_pass_with_default_settings(void **state)
{
    (void)state;
    if (fc_test_engine == NULL) {
        skip();
    }
    fc_error err = { 0 };
    FC_AUTO(fc_image) grey = fc_pattern_flat((fc_size){ 8160, 6144 }, 3, 128);
    fc_buffer files[3] = { FC_BUFFER(1 << 28), FC_BUFFER(1 << 28), FC_BUFFER(1 << 28) };
    int32_t quality = 0;
    ASSERT_OK(fc_encode_jpeg(grey, 1 << 28, &files[0], &quality, &err), err);
    ASSERT_OK(fc_encode_png(grey, &files[1], &err), err);
    ASSERT_OK(fc_encode_webp(grey, &files[2], &err), err);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        static fc_photo photo;
        photo = (fc_photo){ .params = fc_params_default(), .outputs = FC_OUTPUT_JPEG };
        int64_t bytes = 0;
        ASSERT_OK(
            fc_engine_estimate(fc_test_engine, &photo, fc_buffer_bytes(&files[i]), &bytes, &err),
            err);
        assert_true(bytes < INT64_C(1) << 30);
        fc_photo_clear(&photo);
        fc_buffer_clear(&files[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_estimated_from_file_and_wishes),
        cmocka_unit_test(photos_of_50_megapixels_pass_with_default_settings),
    };
    return cmocka_run_group_tests_name("engine/engine_estimate", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
