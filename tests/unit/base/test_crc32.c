#include "base/crc32.h"

#include "support/fc_test.h"

static void the_check_value_is_that_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(fc_crc32(0, (fc_bytes){ (const uint8_t *)"123456789", 9 }), 0xCBF43926);
    assert_int_equal(fc_crc32(0, (fc_bytes){ 0 }), 0);
}

/* Bit by bit, as the definition has it. */
static uint32_t slow_crc32(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
    }
    return ~crc;
}

static void any_split_gives_the_same_as_bit_by_bit(void **state)
{
    (void)state;
    uint8_t bytes[67];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 151 + 17);
    }
    const uint32_t expected = slow_crc32(bytes, sizeof bytes);
    for (size_t split = 0; split <= sizeof bytes; split++) {
        const uint32_t first = fc_crc32(0, (fc_bytes){ bytes, split });
        assert_int_equal(first, slow_crc32(bytes, split));
        const fc_bytes rest = { bytes + split, sizeof bytes - split };
        assert_int_equal(fc_crc32(first, rest), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_is_that_of_the_standard),
        cmocka_unit_test(any_split_gives_the_same_as_bit_by_bit),
    };
    return cmocka_run_group_tests_name("base/crc32", tests, NULL, NULL);
}
