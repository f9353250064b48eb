#include "image/tiff_samples.h"

#include <string.h>

#include "support/fc_test.h"

static void samples_go_to_their_places(void **state)
{
    (void)state;
    uint8_t narrow[6] = { 0 };
    fc_tiff_copy_samples(1, "\1\2\3\4\5\6", 3, narrow + 1, 3, 2);
    assert_memory_equal(narrow, "\0\1\0\0\4\0", 6);
    const uint16_t wide[] = { 1, 2, 3, 4 };
    uint16_t wide_to[2] = { 0 };
    fc_tiff_copy_samples(2, wide + 1, 2, wide_to, 1, 2);
    assert_int_equal(wide_to[0], 2);
    assert_int_equal(wide_to[1], 4);
    const float floats[] = { 0.5F, 1.5F };
    float floats_to[4] = { 0 };
    fc_tiff_copy_samples(4, floats, 1, floats_to, 2, 2);
    assert_true(floats_to[0] == 0.5F && floats_to[2] == 1.5F);
}

static void white_for_black_leaves_alpha(void **state)
{
    (void)state;
    uint8_t narrow[] = { 0, 7, 255, 9 };
    fc_tiff_invert_row(8, narrow, 2, 2);
    assert_memory_equal(narrow, "\xff\7\0\x9", 4);
    uint16_t wide[] = { 0, 65535, 1 };
    fc_tiff_invert_row(16, wide, 1, 3);
    assert_true(wide[0] == 65535 && wide[1] == 0 && wide[2] == 65534);
}

static void signed_a_and_b_are_moved_around_the_middle(void **state)
{
    (void)state;
    uint8_t narrow[] = { 255, 0, 127, 9, 7, 0x80, 0xff, 8 }; /* 0 and 127; -128 and -1 */
    fc_tiff_centre_row(8, narrow, 4, 2);
    assert_memory_equal(narrow, "\xff\x80\xff\x9\7\0\x7f\x8", 8);
    uint16_t wide[] = { 65535, 0, 0x7fff, 1, 0x8000, 0xff00 }; /* 0, the most; the least, -1 */
    fc_tiff_centre_row(16, wide, 3, 2);
    assert_int_equal(wide[0], 65535);
    assert_int_equal(wide[1], 128 * 257);
    assert_int_equal(wide[2], 65535);
    assert_int_equal(wide[3], 1);
    assert_int_equal(wide[4], 0);
    assert_int_equal(wide[5], 127 * 257);
}

static void colours_are_freed_of_their_alpha(void **state)
{
    (void)state;
    /* Half, whole, brighter than its alpha allows, none. */
    uint8_t narrow[] = { 50, 128, 50, 255, 200, 128, 9, 0 };
    fc_tiff_divide_row(8, narrow, 2, 4);
    assert_memory_equal(narrow, "\x64\x80\x32\xff\xff\x80\x9\0", 8);
    uint16_t wide[] = { 10000, 32768, 9, 0 };
    fc_tiff_divide_row(16, wide, 2, 2);
    assert_true(wide[0] == 20000 && wide[2] == 9);
    float floats[] = { 0.25F, 0.5F, 3, 0 };
    fc_tiff_divide_row(32, floats, 2, 2);
    assert_true(floats[0] == 0.5F && floats[2] == 3);
}

static void converted_pixels_are_unpacked(void **state)
{
    (void)state;
    const uint32_t from[] = { 0xff030201, 0xff060504 };
    uint8_t to[6] = { 0 };
    fc_tiff_unpack_row(from, to, 3, 2);
    assert_memory_equal(to, "\1\2\3\4\5\6", 6);
    fc_tiff_unpack_row(from, to, 1, 2);
    assert_memory_equal(to, "\1\4\3", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_go_to_their_places),
        cmocka_unit_test(white_for_black_leaves_alpha),
        cmocka_unit_test(signed_a_and_b_are_moved_around_the_middle),
        cmocka_unit_test(colours_are_freed_of_their_alpha),
        cmocka_unit_test(converted_pixels_are_unpacked),
    };
    return cmocka_run_group_tests_name("image/tiff_samples", tests, NULL, NULL);
}
