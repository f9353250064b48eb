#include "image/heif_box.h"

#include <string.h>

#include "support/fc_test.h"

#define BYTES(text) ((fc_bytes){ (const uint8_t *)(text), sizeof(text) - 1 })

static void numbers_are_big_endian_of_any_length(void **state)
{
    (void)state;
    fc_heif_reader from = { .rest = BYTES("\1\2\3\1\2\3\4\5\6\7\x08") };
    assert_int_equal(fc_heif_read(&from, 0), 0);
    assert_int_equal(fc_heif_read(&from, 3), 0x010203);
    assert_true(fc_heif_read(&from, 8) == UINT64_C(0x0102030405060708));
    assert_false(from.failed);
}

static void nothing_is_read_once_something_was_missing(void **state)
{
    (void)state;
    fc_heif_reader from = { .rest = BYTES("\1\2\3") };
    assert_int_equal(fc_heif_read(&from, 4), 0);
    assert_true(from.failed);
    assert_int_equal(fc_heif_read(&from, 1), 0);
    assert_int_equal(fc_heif_take(&from, 1).size, 0);
    fc_heif_box box = { 0 };
    assert_false(fc_heif_next_box(&from, &box));
}

static void a_take_larger_than_any_memory_is_missing(void **state)
{
    (void)state;
    fc_heif_reader from = { .rest = BYTES("abc") };
    assert_null(fc_heif_take(&from, UINT64_MAX).data);
    assert_true(from.failed);
}

static void boxes_of_every_kind_of_size_are_walked(void **state)
{
    (void)state;
    fc_heif_reader from = { .rest = BYTES("\0\0\0\x0a"
                                          "metaab"
                                          "\0\0\0\1"
                                          "mdat\0\0\0\0\0\0\0\x11"
                                          "c"
                                          "\0\0\0\x19"
                                          "uuid0123456789abcdef"
                                          "d"
                                          "\0\0\0\0"
                                          "freeefg") };
    fc_heif_box box = { 0 };
    static const char *const BODIES[] = { "ab", "c", "d", "efg" };
    for (size_t i = 0; i < 4; i++) {
        assert_true(fc_heif_next_box(&from, &box));
        assert_int_equal(box.body.size, strlen(BODIES[i]));
        assert_memory_equal(box.body.data, BODIES[i], box.body.size);
    }
    assert_int_equal(box.type, FC_HEIF_TYPE('f', 'r', 'e', 'e'));
    assert_false(fc_heif_next_box(&from, &box));
    assert_false(from.failed);
}

static void a_box_that_leaves_what_it_lies_in_is_refused(void **state)
{
    (void)state;
    static const fc_bytes FILES[] = {
        { (const uint8_t *)"\0\0\0\x09meta", 8 }, /* a byte too long */
        { (const uint8_t *)"\0\0\0\7meta", 8 },   /* shorter than its head */
        { (const uint8_t *)"\0\0\0\x08met", 7 },  /* cut in its head */
        { (const uint8_t *)"\0\0\0\1meta\xff\xff\xff\xff\xff\xff\xff\xff", 16 },
        { (const uint8_t *)"\0\0\0\1meta\0\0\0\0\0\0\0\x0f", 16 }, /* shorter than its long head */
        { (const uint8_t *)"\0\0\0\x10uuid12345678", 16 },         /* without its whole name */
    };
    for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
        fc_heif_reader from = { .rest = FILES[i] };
        fc_heif_box box = { .type = 7 };
        assert_false(fc_heif_next_box(&from, &box));
        assert_true(from.failed);
        assert_int_equal(box.type, 7);
    }
}

static void types_are_printed_without_what_cannot_be(void **state)
{
    (void)state;
    char text[FC_HEIF_TYPE_TEXT_SIZE];
    fc_heif_print_type(FC_HEIF_TYPE('h', 'v', 'c', '1'), text);
    assert_string_equal(text, "'hvc1'");
    fc_heif_print_type(FC_HEIF_TYPE('\n', '\'', 0xff, 'x'), text);
    assert_string_equal(text, "'???x'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_big_endian_of_any_length),
        cmocka_unit_test(nothing_is_read_once_something_was_missing),
        cmocka_unit_test(a_take_larger_than_any_memory_is_missing),
        cmocka_unit_test(boxes_of_every_kind_of_size_are_walked),
        cmocka_unit_test(a_box_that_leaves_what_it_lies_in_is_refused),
        cmocka_unit_test(types_are_printed_without_what_cannot_be),
    };
    return cmocka_run_group_tests_name("image/heif_box", tests, NULL, NULL);
}
