#include "image/srgb_profile.h"

#include <string.h>

#include "base/byte_order.h"
#include "image/icc.h"
#include "support/fc_test.h"

static void it_says_its_size_and_where_its_tags_lie(void **state)
{
    (void)state;
    const uint8_t *at = fc_srgb_profile;
    assert_int_equal(fc_big32(at), FC_SRGB_PROFILE_SIZE);
    assert_memory_equal(at + 12, "mntrRGB XYZ ", 12);
    assert_memory_equal(at + 36, "acsp", 4);
    const uint32_t count = fc_big32(at + 128);
    assert_int_equal(count, 10);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *tag = at + 132 + (size_t)i * 12;
        const uint32_t offset = fc_big32(tag + 4);
        assert_int_equal(offset % 4, 0);
        assert_true(offset >= 132 + count * 12);
        assert_true(offset + fc_big32(tag + 8) <= FC_SRGB_PROFILE_SIZE);
    }
}

static void it_is_known_as_srgb(void **state)
{
    (void)state;
    assert_true(fc_icc_is_srgb((fc_bytes){ fc_srgb_profile, FC_SRGB_PROFILE_SIZE }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_its_size_and_where_its_tags_lie),
        cmocka_unit_test(it_is_known_as_srgb),
    };
    return cmocka_run_group_tests_name("image/srgb_profile", tests, NULL, NULL);
}
