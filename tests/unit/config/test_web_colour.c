#include "config/web_colour.h"

#include <string.h>

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

static void every_way_to_write_a_colour_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t rgba;
    } TEXTS[] = {
        { "#fff", 0xffffffff },
        { " #F008 ", 0xff000088 },
        { "White", 0xffffffff },
        { "1,2,3", 0x010203ff },
        { "240, 240, 240", 0xf0f0f0ff },
        { " 240 ,240 , 0 ", 0xf0f000ff },
        { "rgb(240,240,240)", 0xf0f0f0ff },
        { "RGB( 1 , 2 , 3 )", 0x010203ff },
        { "rgb(1 2 3)", 0x010203ff },
        { "rgba(1, 2, 3, 0.5)", 0x01020380 },
        { "rgba(1, 2, 3, 1)", 0x010203ff },
        { "rgb(1 2 3 / 0)", 0x01020300 },
        { "rgb(100% 50% 0% / 100%)", 0xff8000ff },
        { "rgb(239.6, 0, 0)", 0xf00000ff },
        { "transparent", 0xffffff00 },
        { "Transparent", 0xffffff00 },
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        uint8_t read[4] = { 0 };
        assert_true(fc_web_colour_read(TEXTS[i].text, read));
        assert_int_equal((uint32_t)read[0] << 24 | (uint32_t)read[1] << 16 |
                             (uint32_t)read[2] << 8 | read[3],
                         TEXTS[i].rgba);
    }
}

static void what_is_nearly_a_colour_is_none(void **state)
{
    (void)state;
    static const char *const BAD[] = { "",
                                       " ",
                                       "fff",
                                       "f0f0f0",
                                       "1,2",
                                       "1,2,3,4",
                                       "1,2,256",
                                       "1,,3",
                                       "1,2,3,",
                                       "1 2 3",
                                       "-1,2,3",
                                       "1.5,2,3",
                                       "rgb",
                                       "rgb(",
                                       "rgb()",
                                       "rgb(1,2)",
                                       "rgb(1,2,3",
                                       "rgb(1,2,3,4,5)",
                                       "rgb(256,0,0)",
                                       "rgb(101%,0,0)",
                                       "rgb(1,2,3,2)",
                                       "rgb(1,2,3))",
                                       "rgb(,1,2,3)",
                                       "rgb(1,,2,3)",
                                       "hsl(0,0%,0%)",
                                       "rgb(-1,0,0)",
                                       "rgb(1e2,0,0)",
                                       "white black",
                                       "#",
                                       "##fff" };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        uint8_t read[4] = { 1, 2, 3, 4 };
        assert_false(fc_web_colour_read(BAD[i], read));
        assert_int_equal(read[3], 4);
    }
    char text[300];
    memset(text, ' ', sizeof text);
    memcpy(text, "rgb(1", 5);
    memcpy(text + 290, "2 3)", 5);
    uint8_t read[4] = { 0 };
    assert_false(fc_web_colour_read(text, read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_names_are_read_in_any_case),
        cmocka_unit_test(anything_else_is_no_colour),
        cmocka_unit_test(every_way_to_write_a_colour_is_read),
        cmocka_unit_test(what_is_nearly_a_colour_is_none),
    };
    return cmocka_run_group_tests_name("config/web_colour", tests, NULL, NULL);
}
