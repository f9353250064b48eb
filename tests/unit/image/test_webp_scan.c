#include "image/webp_scan.h"

#include "base/limits.h"
#include "support/fc_photo.h"

#define FILE_SIZE_MAX ((size_t)1 << 20)

static void animations_are_bounded(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO_BUFFER(file, FILE_SIZE_MAX);
    assert_int_equal(fc_buffer_append(&file, "RIFF\0\0\0\0WEBP", 12, NULL), FC_OK);
    for (int i = 0; i < FC_FRAMES_MAX; i++) { /* an odd size is padded */
        assert_int_equal(fc_buffer_append(&file, "ANMF\1\0\0\0ab", 10, NULL), FC_OK);
    }
    ASSERT_OK(fc_webp_scan(fc_buffer_bytes(&file), &err), err);
    assert_int_equal(fc_buffer_append(&file, "ANMF\0\0\0\0", 8, NULL), FC_OK);
    ASSERT_FAILS(FC_LIMIT_EXCEEDED, fc_webp_scan(fc_buffer_bytes(&file), &err), err);
}

static void real_files_pass(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const char *const NAMES[] = { "lossy.webp", "lossless.webp", "animated.webp" };
    for (size_t i = 0; i < 3; i++) {
        FC_AUTO(fc_mapping) file = fc_photo_open(NAMES[i]);
        ASSERT_OK(fc_webp_scan(file->bytes, &err), err);
    }
}

static void chunk_past_the_end_is_left_to_the_decoder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    static const uint8_t FILE_BYTES[] = "RIFF\0\0\0\0WEBPANMF\xff\xff\xff\xff";
    ASSERT_OK(fc_webp_scan((fc_bytes){ FILE_BYTES, 20 }, &err), err);
    ASSERT_OK(fc_webp_scan((fc_bytes){ FILE_BYTES, 12 }, &err), err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(animations_are_bounded),
        cmocka_unit_test(real_files_pass),
        cmocka_unit_test(chunk_past_the_end_is_left_to_the_decoder),
    };
    return cmocka_run_group_tests_name("image/webp_scan", tests, NULL, NULL);
}
