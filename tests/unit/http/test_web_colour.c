#include "http/web_colour.h"

#include "support/fc_test.h"

static void assert_colour(const char *text, uint32_t rgba)
{
    uint8_t read[4] = { 0 };
    assert_true(fc_web_colour_parse(text, read));
    assert_int_equal(
        (uint32_t)read[0] << 24 | (uint32_t)read[1] << 16 | (uint32_t)read[2] << 8 | read[3], rgba);
}

static void digits_and_names_are_read_in_any_case(void **state)
{
    (void)state;
    assert_colour("81d4fa", 0x81d4faff);
    assert_colour("#81D4FA", 0x81d4faff);
    assert_colour("fff", 0xffffffff);
    assert_colour("#f008", 0xff000088);
    assert_colour("81d4fa77", 0x81d4fa77);
    assert_colour("green", 0x008000ff);
    assert_colour("RebeccaPurple", 0x663399ff);
    assert_colour("yellowgreen", 0x9acd32ff);
}

static void anything_else_is_no_colour(void **state)
{
    (void)state;
    static const char *const BAD[] = { "",       "#",   "ff",    "fffff", "fffffff",
                                       "gggggg", "blu", "##fff", "fff ",  "rgb(1,2,3)" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        uint8_t read[4] = { 1, 2, 3, 4 };
        assert_false(fc_web_colour_parse(BAD[i], read));
        assert_int_equal(read[3], 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_names_are_read_in_any_case),
        cmocka_unit_test(anything_else_is_no_colour),
    };
    return cmocka_run_group_tests_name("http/web_colour", tests, NULL, NULL);
}
