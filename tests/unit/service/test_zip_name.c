#include "service/zip_name.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "support/fc_test.h"

#define UMLAUT "\xC3\xA4"
#define GRIN "\xF0\x9F\x98\x80"

static void check_clean(const char *given, const char *expected)
{
    char name[FC_ZIP_NAME_SIZE];
    fc_zip_name_clean(given, name);
    assert_string_equal(name, expected);
}

static void check_utf8(const char *text)
{
    for (size_t at = 0; text[at] != '\0';) {
        const size_t size = fc_utf8_character(text + at, strlen(text + at));
        assert_in_range(size, 1, 4);
        at += size;
    }
}

static void folders_and_signs_of_shells_go(void **state)
{
    (void)state;
    check_clean("anna.png", "anna.png");
    check_clean("dir/anna.png", "anna.png");
    check_clean("..\\..\\anna.png", "anna.png");
    check_clean("../../etc/passwd", "passwd");
    check_clean("folder/", "_");
    check_clean("", "_");
    check_clean(".", "_");
    check_clean("..", "_");
    check_clean(".bashrc", "_bashrc");
    check_clean("a\nb\x7f?.png", "a_b__.png");
    check_clean("C:evil.exe", "C_evil.exe");
    check_clean("f\xC3\xBCr.jpg", "f\xC3\xBCr.jpg");
    check_clean(GRIN ".png", GRIN ".png");
}

static void names_of_devices_are_no_names(void **state)
{
    (void)state;
    static const char *const DEVICES[] = {
        "con",           "CON",      "con.png",     "Con.tar.gz", "con .png",
        "prn.png",       "aux.png",  "nul",         "nul.png",    "com1.png",
        "COM9.png",      "com0.png", "lpt1.png",    "LPT9.x",     "com\xC2\xB9",
        "lpt\xC2\xB3.a", "conin$",   "CONOUT$.png", "clock$.png",
    };
    for (size_t i = 0; i < sizeof DEVICES / sizeof DEVICES[0]; i++) {
        char expected[FC_ZIP_NAME_SIZE];
        (void)snprintf(expected, sizeof expected, "_%s", DEVICES[i]);
        check_clean(DEVICES[i], expected);
    }
    static const char *const OTHERS[] = { "console.png", "com10.png",  "com.png",   "lpta.png",
                                          "nulla.png",   "com1-2.png", "my con.png" };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        check_clean(OTHERS[i], OTHERS[i]);
    }
    check_clean("con. .", "_con");
}

static void nothing_hides_what_a_name_is(void **state)
{
    (void)state;
    check_clean("photo\xE2\x80\xAEgpj.exe", "photo_gpj.exe"); /* U+202E: reads photoexe.jpg */
    static const char *const HIDDEN[] = {
        "\x01",         "\x1f",         "\x7f",         "\xC2\x80",     "\xC2\x9F",
        "\xD8\x9C",     "\xE2\x80\x8B", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xA8",
        "\xE2\x80\xAA", "\xE2\x80\xAD", "\xE2\x81\xA0", "\xE2\x81\xA6", "\xE2\x81\xA9",
        "\xEF\xBB\xBF", "\xEF\xBF\xB9", "\xEF\xBF\xBF",
    };
    for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
        char given[32];
        (void)snprintf(given, sizeof given, "a%sb.png", HIDDEN[i]);
        check_clean(given, "a_b.png");
    }
    /* Joiners are a part of words and of families. */
    check_clean("\xD9\x85\xE2\x80\x8C\xD9\x85.png", "\xD9\x85\xE2\x80\x8C\xD9\x85.png");
}

static void dots_and_spaces_at_the_end_go(void **state)
{
    (void)state;
    check_clean("photo.png.", "photo.png");
    check_clean("photo.png . ..", "photo.png");
    check_clean("  ", "_");
    check_clean("a b. c.png", "a b. c.png");
}

static void what_is_no_utf8_becomes_a_line(void **state)
{
    (void)state;
    check_clean("a\xC3.png", "a_.png");
    check_clean("\xFF\xFE.png", "__.png");
    check_clean("a\xED\xA0\x80.png", "a___.png");
    check_clean("cut \xE2\x82", "cut __");
}

static void a_long_name_is_cut_at_a_character_before_its_ending(void **state)
{
    (void)state;
    static const char *const LETTERS[] = { "x", UMLAUT, "\xE2\x82\xAC", GRIN };
    for (size_t lead = 0; lead < 4; lead++) {
        for (size_t i = 0; i < 4; i++) {
            char given[1000];
            char name[FC_ZIP_NAME_SIZE];
            (void)snprintf(given, sizeof given, "%.*s", (int)lead, "aaaa");
            while (strlen(given) < 400) {
                (void)strcat(given, LETTERS[i]);
            }
            (void)strcat(given, ".png");
            fc_zip_name_clean(given, name);
            check_utf8(name);
            assert_in_range(strlen(name), FC_ZIP_NAME_SIZE - 4, FC_ZIP_NAME_SIZE - 1);
            assert_string_equal(name + strlen(name) - 4, ".png");
            assert_null(strchr(name, '_'));
        }
    }
}

static void a_number_stands_before_the_ending(void **state)
{
    (void)state;
    char name[FC_ZIP_NAME_SIZE];
    fc_zip_name_number("face.png", 2, name);
    assert_string_equal(name, "face-2.png");
    fc_zip_name_number("face", 12, name);
    assert_string_equal(name, "face-12");
    fc_zip_name_number("a.ending that is none", 2, name);
    assert_string_equal(name, "a.ending that is none-2");
    char plain[FC_ZIP_NAME_SIZE] = "";
    while (strlen(plain) < FC_ZIP_NAME_SIZE - 6) {
        (void)strcat(plain, UMLAUT);
    }
    (void)strcat(plain, ".png");
    for (size_t number = 2; number < 20000; number *= 3) {
        fc_zip_name_number(plain, number, name);
        check_utf8(name);
        assert_string_equal(name + strlen(name) - 4, ".png");
    }
}

static void names_that_only_some_systems_tell_apart_are_the_same(void **state)
{
    (void)state;
    static const char *const PAIRS[][2] = {
        { "Anna.PNG", "anna.png" },
        { "\xC3\x84rger", "\xC3\xA4rger" }, /* Latin-1 */
        { "\xC5\x81\xC3\xB3z\xC5\xBA", "\xC5\x82\xC3\x93Z\xC5\xB9" },
        { "\xCE\xA9", "\xCF\x89" },                 /* Greek */
        { "\xD0\x90\xD0\x81", "\xD0\xB0\xD1\x91" }, /* Cyrillic */
        { "\xD4\xB1", "\xD5\xA1" },                 /* Armenian */
        { "Stra\xC3\x9F"
          "e",
          "STRASSE" },
        { "M\xC3\xBCller.jpg", "Mu\xCC\x88ller.JPG" }, /* one letter, or letter and dots */
        { "\xE1\xBB\x87", "\xE1\xBA\xB9\xCC\x82" },    /* with one accent or two behind it */
        { "e\xCC\xA3\xCC\x82", "e\xCC\x82\xCC\xA3" },
        { "\xEA\xB0\x80", "\xE1\x84\x80\xE1\x85\xA1" }, /* Hangul */
    };
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        assert_true(fc_zip_name_same(PAIRS[i][0], PAIRS[i][1]));
        assert_int_equal(fc_zip_name_hash(PAIRS[i][0]), fc_zip_name_hash(PAIRS[i][1]));
    }
    static const char *const OTHERS[][2] = {
        { "a", "b" }, { "a", "ab" }, { "ab", "a" }, { "", "a" }, { "\xC3\x97", "\xC3\xB7" },
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        assert_false(fc_zip_name_same(OTHERS[i][0], OTHERS[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_and_signs_of_shells_go),
        cmocka_unit_test(names_of_devices_are_no_names),
        cmocka_unit_test(nothing_hides_what_a_name_is),
        cmocka_unit_test(dots_and_spaces_at_the_end_go),
        cmocka_unit_test(what_is_no_utf8_becomes_a_line),
        cmocka_unit_test(a_long_name_is_cut_at_a_character_before_its_ending),
        cmocka_unit_test(a_number_stands_before_the_ending),
        cmocka_unit_test(names_that_only_some_systems_tell_apart_are_the_same),
    };
    return cmocka_run_group_tests_name("service/zip_name", tests, NULL, NULL);
}
