#include "app/engine.h"
#include "base/file.h"
#include "support/fc_test.h"
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_estimated_from_file_and_wishes),
    };
    return cmocka_run_group_tests_name("app/engine_estimate", tests, fc_test_engine_setup,
                                       fc_test_engine_teardown);
}
