#include "config/sheet_options.h"

#include <string.h>

#include "support/fc_test.h"

static const fc_preset *preset_of(const char *name)
{
    return fc_preset_at(fc_preset_number(name));
}

static void the_defaults_print_passports_on_a_photo_paper(void **state)
{
    (void)state;
    fc_sheet_options options = { 0 };
    fc_options_set_defaults(fc_sheet_option_rows(), &options);
    assert_string_equal(options.size, "35x45mm");
    assert_string_equal(options.paper, "10x15cm");
    assert_int_equal(options.dpi, 300);
    assert_int_equal(options.format, FC_SHEET_PDF);
}

static void a_preset_tells_size_and_density(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_options options = { 0 };
    ASSERT_OK(fc_sheet_options_take_preset(preset_of("us-passport"), &options, &err), err);
    assert_string_equal(options.size, "50.8x50.8mm");
    assert_int_equal(options.dpi, 300);
    options = (fc_sheet_options){ .dpi = 720 };
    ASSERT_OK(fc_sheet_options_take_preset(preset_of("de-passport"), &options, &err), err);
    assert_int_equal(options.dpi, 720);
}

static void what_is_for_screens_and_a_second_size_are_refused(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_options options = { 0 };
    assert_int_equal(fc_sheet_options_take_preset(preset_of("linkedin"), &options, &err),
                     FC_INVALID_ARGUMENT);
    assert_non_null(strstr(err.text, "linkedin has no size on paper"));
    options = (fc_sheet_options){ .size = "2x2in" };
    assert_int_equal(fc_sheet_options_take_preset(preset_of("de-passport"), &options, &err),
                     FC_INVALID_ARGUMENT);
    assert_string_equal(options.size, "2x2in");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_print_passports_on_a_photo_paper),
        cmocka_unit_test(a_preset_tells_size_and_density),
        cmocka_unit_test(what_is_for_screens_and_a_second_size_are_refused),
    };
    return cmocka_run_group_tests_name("config/sheet_options", tests, NULL, NULL);
}
