#include "config/background.h"

#include <string.h>

#include "support/fc_test.h"

static void every_form_is_read_and_written_back(void **state)
{
    (void)state;
    static const char *const FORMS[][2] = {
        { "#102030", "#102030" },
        { "white", "#ffffff" },
        { "1,2,3", "#010203" },
        { "transparent", "transparent" },
        { "KEEP", "keep" },
        { "blur", "blur:40" },
        { "blur:1", "blur:1" },
        { "Blur:100", "blur:100" },
        { "gradient:#fff,#888888", "gradient:#ffffff,#888888" },
        { "radial:white, navy", "radial:#ffffff,#000080" },
        { "picture", "picture" },
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        fc_background read = { 0 };
        fc_background again = { .kind = FC_BACKGROUND_BLUR, .strength = 7 };
        char text[FC_BACKGROUND_TEXT_SIZE];
        assert_true(fc_background_parse(FORMS[i][0], &read));
        fc_background_print(&read, text, sizeof text);
        assert_string_equal(text, FORMS[i][1]);
        assert_true(fc_background_parse(text, &again));
        assert_true(fc_background_equal(&read, &again));
    }
}

static void what_is_none_of_the_forms_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const WRONG[] = {
        "",
        "reddish",
        "keeper",
        "blurry",
        "blur:",
        "blur:0",
        "blur:101",
        "blur:x",
        "blur 40",
        "gradient",
        "gradient:#fff",
        "gradient:#fff,",
        "gradient:,",
        "gradient:1,2,3,#f",
        "gradient:#fff,transparent",
        "radial:x,y",
        "gradient:#fff,#888,#000",
        "#ffffff80",
        "pictures",
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        const fc_background before = { .kind = FC_BACKGROUND_BLUR, .red = 9, .strength = 7 };
        fc_background read = before;
        assert_false(fc_background_parse(WRONG[i], &read));
        assert_true(fc_background_equal(&read, &before));
    }
}

static void each_part_counts_when_they_are_compared(void **state)
{
    (void)state;
    static const char *const FORMS[] = { "#000001",
                                         "#000100",
                                         "keep",
                                         "transparent",
                                         "blur:39",
                                         "blur",
                                         "gradient:#000,#000",
                                         "picture",
                                         "radial:#000,#001",
                                         "gradient:#000,#001",
                                         "radial:#000,#002" };
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        for (size_t j = 0; j < sizeof FORMS / sizeof FORMS[0]; j++) {
            fc_background a = { 0 };
            fc_background b = { 0 };
            (void)(fc_background_parse(FORMS[i], &a) && fc_background_parse(FORMS[j], &b));
            assert_int_equal(fc_background_equal(&a, &b), i == j);
        }
    }
}

static void keep_and_blur_are_the_photos_own(void **state)
{
    (void)state;
    for (int kind = FC_BACKGROUND_COLOUR; kind <= FC_BACKGROUND_PICTURE; kind++) {
        const fc_background background = fc_background_of((fc_background_kind)kind);
        assert_int_equal(fc_background_is_own(&background),
                         kind == FC_BACKGROUND_KEEP || kind == FC_BACKGROUND_BLUR);
        assert_int_equal(background.red + background.green + background.blue, 3 * 255);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_read_and_written_back),
        cmocka_unit_test(what_is_none_of_the_forms_is_refused_and_changes_nothing),
        cmocka_unit_test(each_part_counts_when_they_are_compared),
        cmocka_unit_test(keep_and_blur_are_the_photos_own),
    };
    return cmocka_run_group_tests_name("config/background", tests, NULL, NULL);
}
