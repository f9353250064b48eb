#include "image/exif.h"

#include <string.h>

#include "support/fc_test.h"

static const uint8_t BIG[26] = {
    'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6
};
static const uint8_t LITTLE[26] = {
    'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8
};

static void both_byte_orders_are_read(void **state)
{
    (void)state;
    assert_int_equal(fc_exif_orientation((fc_bytes){ BIG, sizeof BIG }), 6);
    assert_int_equal(fc_exif_orientation((fc_bytes){ LITTLE, sizeof LITTLE }), 8);
}

static void what_makes_no_sense_is_upright(void **state)
{
    (void)state;
    for (size_t size = 0; size < 22; size++) {
        assert_int_equal(fc_exif_orientation((fc_bytes){ BIG, size }), 1);
    }
    uint8_t exif[26];
    static const struct {
        size_t at;
        uint8_t value;
    } CHANGES[] = {
        { 0, 'X' }, { 4, 0xff }, { 7, 25 }, { 13, 7 }, { 19, 0 }, { 19, 9 }, { 18, 1 }
    };
    for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
        memcpy(exif, BIG, sizeof exif);
        exif[CHANGES[i].at] = CHANGES[i].value;
        assert_int_equal(fc_exif_orientation((fc_bytes){ exif, sizeof exif }), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_byte_orders_are_read),
        cmocka_unit_test(what_makes_no_sense_is_upright),
    };
    return cmocka_run_group_tests_name("image/exif", tests, NULL, NULL);
}
