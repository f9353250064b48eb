#include "infer/checksum.h"

#include <stdbool.h>

#include "support/fc_test.h"

enum { SIZE = 300 };

static void every_bit_and_every_length_counts(void **state)
{
    (void)state;
    uint8_t bytes[SIZE] = { 0 };
    const uint64_t before = fc_checksum((fc_bytes){ bytes, SIZE }, 0);
    for (size_t bit = 0; bit < 8 * SIZE; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        assert_true(fc_checksum((fc_bytes){ bytes, SIZE }, 0) != before);
        bytes[bit / 8] = 0;
    }
    for (size_t size = 0; size < SIZE; size++) {
        assert_true(fc_checksum((fc_bytes){ bytes, size }, 0) != before);
    }
    assert_true(fc_checksum((fc_bytes){ bytes, SIZE }, 0) == before);
    assert_true(fc_checksum((fc_bytes){ bytes, SIZE }, 1) != before);
}

static void nothing_has_a_checksum_too(void **state)
{
    (void)state;
    assert_true(fc_checksum((fc_bytes){ 0 }, 1) != fc_checksum((fc_bytes){ 0 }, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_and_every_length_counts),
        cmocka_unit_test(nothing_has_a_checksum_too),
    };
    return cmocka_run_group_tests_name("infer/checksum", tests, NULL, NULL);
}
