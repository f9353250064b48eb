#include "image/exif.h"

#include <string.h>

#include "support/fc_test.h"

/* A list of two entries, each byte order in turn: the maker's name, and the orientation. */
#define LITTLE                                                                                     \
    "II*\0\x08\0\0\0\x02\0"                                                                        \
    "\x0f\x01\x02\0\x03\0\0\0AB\0\0"                                                               \
    "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"                                                           \
    "\0\0\0"
#define BIG                                                                                        \
    "MM\0*\0\0\0\x08\0\x02"                                                                        \
    "\x01\x0f\0\x02\0\0\0\x03"                                                                     \
    "AB\0\0"                                                                                       \
    "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"                                                           \
    "\0\0\0"
#define BLOCK_SIZE                                                                                 \
    (sizeof LITTLE) /* the zero that C adds is the last of the next list's offset                  \
                     */
#define TYPE_OFFSET 24
#define COUNT_OFFSET 26
#define VALUE_OFFSET 30

static int32_t orientation_of(const void *data, size_t size)
{
    return fc_exif_orientation((fc_bytes){ data, size });
}

static void both_byte_orders_are_read(void **state)
{
    (void)state;
    assert_int_equal(orientation_of(LITTLE, BLOCK_SIZE), 6);
    assert_int_equal(orientation_of(BIG, BLOCK_SIZE), 6);
    assert_int_equal(orientation_of("Exif\0\0" LITTLE, BLOCK_SIZE + 6), 6);
    assert_int_equal(orientation_of("Exif\0\0" BIG, BLOCK_SIZE + 6), 6);
}

static void value_of_four_bytes_is_read(void **state)
{
    (void)state;
    char little[] = LITTLE;
    little[TYPE_OFFSET] = 4;
    assert_int_equal(orientation_of(little, BLOCK_SIZE), 6);
    char big[] = BIG;
    big[TYPE_OFFSET + 1] = 4;
    memcpy(big + VALUE_OFFSET, "\0\0\0\x06", 4);
    assert_int_equal(orientation_of(big, BLOCK_SIZE), 6);
}

static void values_that_mean_nothing_are_upright(void **state)
{
    (void)state;
    for (int value = 0; value < 256; value++) {
        char block[] = LITTLE;
        block[VALUE_OFFSET] = (char)value;
        assert_int_equal(orientation_of(block, BLOCK_SIZE), value >= 1 && value <= 8 ? value : 1);
    }
    char text[] = LITTLE;
    text[TYPE_OFFSET] = 2;
    assert_int_equal(orientation_of(text, BLOCK_SIZE), 1);
    char many[] = LITTLE;
    many[COUNT_OFFSET] = 2; /* two values stand elsewhere */
    assert_int_equal(orientation_of(many, BLOCK_SIZE), 1);
}

static void bytes_that_are_no_exif_are_upright(void **state)
{
    (void)state;
    assert_int_equal(fc_exif_orientation((fc_bytes){ NULL, 0 }), 1);
    assert_int_equal(orientation_of("Exif\0\0", 6), 1);
    assert_int_equal(orientation_of("http://ns.adobe.com/xap/1.0/", 29), 1);
    char order[] = LITTLE;
    order[1] = 'M';
    assert_int_equal(orientation_of(order, BLOCK_SIZE), 1);
}

/* Every prefix, at the very end of its memory: the sanitizer sees a byte read past it. */
static void block_cut_anywhere_is_upright_until_the_value_is_there(void **state)
{
    (void)state;
    for (size_t size = 1; size <= BLOCK_SIZE; size++) {
        char *block = test_malloc(size);
        memcpy(block, LITTLE, size);
        assert_int_equal(orientation_of(block, size), size >= VALUE_OFFSET + 4 ? 6 : 1);
        test_free(block);
    }
}

static void list_that_points_past_the_end_is_upright(void **state)
{
    (void)state;
    for (size_t i = 4; i < 8; i++) {
        char block[] = LITTLE;
        block[i] = (char)0xff;
        assert_int_equal(orientation_of(block, BLOCK_SIZE), 1);
    }
    char endless[] = LITTLE;
    memcpy(endless + 8, "\xff\xff", 2); /* 65,535 entries */
    endless[22] = 0;                    /* none of which is the orientation */
    assert_int_equal(orientation_of(endless, BLOCK_SIZE), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_byte_orders_are_read),
        cmocka_unit_test(value_of_four_bytes_is_read),
        cmocka_unit_test(values_that_mean_nothing_are_upright),
        cmocka_unit_test(bytes_that_are_no_exif_are_upright),
        cmocka_unit_test(block_cut_anywhere_is_upright_until_the_value_is_there),
        cmocka_unit_test(list_that_points_past_the_end_is_upright),
    };
    return cmocka_run_group_tests_name("image/exif", tests, NULL, NULL);
}
