#include "base/brief.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "support/fc_test.h"

static void a_short_path_stays_as_it_is(void **state)
{
    (void)state;
    assert_string_equal(fc_brief_of("").text, "");
    assert_string_equal(fc_brief_of("photos/a.jpg").text, "photos/a.jpg");
    char longest[FC_BRIEF_SIZE];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_string_equal(fc_brief_of(longest).text, longest);
}

static void a_long_path_keeps_its_start_and_its_end(void **state)
{
    (void)state;
    char path[4096];
    memset(path, 'x', sizeof path);
    memcpy(path, "/data/anna/", 11);
    memcpy(path + sizeof path - 11, "/photo.jpg", 11);
    const fc_brief brief = fc_brief_of(path);
    assert_int_equal(strlen(brief.text), FC_BRIEF_SIZE - 1);
    assert_memory_equal(brief.text, "/data/anna/xxx", 14);
    assert_non_null(strstr(brief.text, "xxx...xxx"));
    assert_string_equal(brief.text + strlen(brief.text) - 10, "/photo.jpg");
}

static void no_character_is_cut(void **state)
{
    (void)state;
    static const char *const CHARACTERS[] = { "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };
    for (size_t kind = 0; kind < 3; kind++) {
        for (int shift = 0; shift < 8; shift++) {
            char path[1024];
            int length = snprintf(path, sizeof path, "%.*s", shift, "abcdefgh");
            while (length < 900) {
                length +=
                    snprintf(path + length, sizeof path - (size_t)length, "%s", CHARACTERS[kind]);
            }
            const fc_brief brief = fc_brief_of(path);
            const char *at = brief.text;
            while (*at != '\0') {
                const size_t size = fc_utf8_character(at, strlen(at));
                assert_true(size > 0);
                at += size;
            }
        }
    }
}

/* File names are bytes: what is no UTF-8 is cut somewhere. */
static void what_is_no_text_stays_in_bounds(void **state)
{
    (void)state;
    char path[300];
    memset(path, 0x80, sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_true(strlen(fc_brief_of(path).text) < FC_BRIEF_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_path_stays_as_it_is),
        cmocka_unit_test(a_long_path_keeps_its_start_and_its_end),
        cmocka_unit_test(no_character_is_cut),
        cmocka_unit_test(what_is_no_text_stays_in_bounds),
    };
    return cmocka_run_group_tests_name("base/brief", tests, NULL, NULL);
}
