#include "base/utf8.h"

#include <string.h>

#include "support/fc_test.h"

static void characters_have_one_to_four_bytes(void **state)
{
    (void)state;
    static const char *const CHARACTERS[] = { "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
    for (size_t i = 0; i < 4; i++) {
        const size_t size = i + 1;
        assert_int_equal(fc_utf8_character(CHARACTERS[i], size), size);
        if (size > 1) {
            assert_int_equal(fc_utf8_character(CHARACTERS[i], size - 1), 0);
        }
    }
    assert_int_equal(fc_utf8_character("", 1), 1);
    assert_int_equal(fc_utf8_character("", 0), 0);
}

static void what_is_no_character_has_none(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "\x80",     /* a byte that only follows */
        "\xc0\xaf", /* overlong */
        "\xe0\x80\xaf",
        "\xf0\x80\x80\xaf",
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xc3(",
        "\xe2\x82(",
        "\xff\xff",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(fc_utf8_character(WRONG[i], strlen(WRONG[i])), 0);
    }
}

static void text_is_cut_between_characters(void **state)
{
    (void)state;
    static const char TEXT[] = "a\xc3\xa4\xf0\x9f\x98\x80z";
    static const size_t ENDS[] = { 0, 1, 1, 3, 3, 3, 3, 7, 8, 8, 8 };
    for (size_t max = 0; max < sizeof ENDS / sizeof ENDS[0]; max++) {
        assert_int_equal(fc_utf8_cut(TEXT, max), ENDS[max]);
    }
    assert_int_equal(fc_utf8_cut("", 5), 0);
    assert_int_equal(fc_utf8_cut("\xff\xc3", 1), 1); /* what is no character */
    assert_int_equal(fc_utf8_cut("\xff\xc3", 5), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_have_one_to_four_bytes),
        cmocka_unit_test(what_is_no_character_has_none),
        cmocka_unit_test(text_is_cut_between_characters),
    };
    return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}
