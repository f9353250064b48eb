#include "base/byte_order.h"

#include "support/fc_test.h"

static const uint8_t BYTES[] = { 0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xf8 };

static void the_lowest_byte_is_first_in_little_endian(void **state)
{
    (void)state;
    assert_int_equal(fc_little16(BYTES), 0x0281);
    assert_int_equal(fc_little32(BYTES), 0x04030281);
    assert_int_equal(fc_little64(BYTES), 0xf807060504030281);
    assert_int_equal(fc_little(BYTES, 3), 0x030281);
    assert_int_equal(fc_little(BYTES, 0), 0);
}

static void the_highest_byte_is_first_in_big_endian(void **state)
{
    (void)state;
    assert_int_equal(fc_big16(BYTES), 0x8102);
    assert_int_equal(fc_big32(BYTES), 0x81020304);
    assert_int_equal(fc_big(BYTES, 8), 0x81020304050607f8);
    assert_int_equal(fc_big(BYTES, 3), 0x810203);
    assert_int_equal(fc_big(BYTES, 0), 0);
}

static void what_is_written_is_read_back_and_cut_where_it_is_too_large(void **state)
{
    (void)state;
    uint8_t bytes[7] = { 0 };
    assert_ptr_equal(fc_put_little16(bytes, 0x12345), bytes + 2);
    assert_int_equal(fc_little16(bytes), 0x2345);
    assert_ptr_equal(fc_put_little32(bytes + 2, 0x89abcdef), bytes + 6);
    assert_int_equal(fc_little32(bytes + 2), 0x89abcdef);
    assert_int_equal(bytes[6], 0);
    assert_ptr_equal(fc_put_big32(bytes + 1, 0x12345678), bytes + 5);
    assert_int_equal(fc_big32(bytes + 1), 0x12345678);
    assert_int_equal(bytes[0], 0x45);
    assert_int_equal(bytes[5], 0x89);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_byte_is_first_in_little_endian),
        cmocka_unit_test(the_highest_byte_is_first_in_big_endian),
        cmocka_unit_test(what_is_written_is_read_back_and_cut_where_it_is_too_large),
    };
    return cmocka_run_group_tests_name("base/byte_order", tests, NULL, NULL);
}
