#include "image/jpeg_quantisation.h"

#include <math.h>

#include "image/encode.h"
#include "support/fc_test.h"
#include "support/pictures.h"

/* A file that a limit has brought to some quality tells that quality. */
static void the_quality_is_that_of_the_encoder(void **state)
{
    (void)state;
    fc_error err = { 0 };
    FC_AUTO(fc_image) face = fc_test_face(200, 150, 120);
    fc_test_add_noise(face, 12, 7);
    for (size_t limit = 20000; limit >= 4000; limit -= 4000) {
        FC_AUTO_BUFFER(jpeg, 40000);
        int32_t quality = 0;
        ASSERT_OK(fc_encode_jpeg(face, limit, &jpeg, &quality, &err), err);
        assert_true(quality < 25 || fabs(fc_jpeg_quality(fc_buffer_bytes(&jpeg)) - quality) < 2);
    }
}

static void a_file_without_a_table_has_none(void **state)
{
    (void)state;
    static const uint8_t SHORT[] = { 0xff, 0xd8, 0xff, 0xdb, 0x00, 0x05, 0x00, 1, 1 };
    static const uint8_t CUT[] = { 0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43, 0x00 };
    static const uint8_t OTHER[] = "GIF89a";
    assert_true(fc_jpeg_quality((fc_bytes){ SHORT, sizeof SHORT }) == 0);
    assert_true(fc_jpeg_quality((fc_bytes){ CUT, sizeof CUT }) == 0);
    assert_true(fc_jpeg_quality((fc_bytes){ OTHER, sizeof OTHER }) == 0);
    assert_true(fc_jpeg_quality((fc_bytes){ 0 }) == 0);
}

/* Two bytes a step: 16 in each is coarser than the standard table, which has 3691 in all. */
static void tables_of_two_bytes_are_read(void **state)
{
    (void)state;
    uint8_t file[4 + 2 + 1 + 128] = { 0xff, 0xd8, 0xff, 0xdb, 0x00, 131, 0x10 };
    for (size_t i = 7; i < sizeof file; i += 2) {
        file[i + 1] = 16;
    }
    const double quality = fc_jpeg_quality((fc_bytes){ file, sizeof file });
    assert_true(fabs(quality - (100 - 50 * 64 * 16 / 3691.0)) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quality_is_that_of_the_encoder),
        cmocka_unit_test(a_file_without_a_table_has_none),
        cmocka_unit_test(tables_of_two_bytes_are_read),
    };
    return cmocka_run_group_tests_name("image/jpeg_quantisation", tests, NULL, NULL);
}
