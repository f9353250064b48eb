#include "config/sheet_options.h"

#include <string.h>

#include "config/paper.h"
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

static fc_sheet_options defaults(void)
{
    fc_sheet_options options;
    memset(&options, 0xff, sizeof options);
    fc_options_set_defaults(fc_sheet_option_rows(), &options);
    return options;
}

static fc_status set(fc_sheet_options *options, const char *name, const char *value, fc_error *err)
{
    const fc_option *option = fc_option_lookup(fc_sheet_option_rows(), name);
    assert_non_null(option);
    return fc_option_set(option, options, value, err);
}

static void the_defaults_are_a_sheet_that_can_be_made(void **state)
{
    (void)state;
    const fc_sheet_options options = defaults();
    fc_paper size = { 0 };
    double length = -1;
    assert_true(fc_paper_parse(options.size, &size));
    assert_true(fc_paper_parse(options.paper, &size));
    assert_true(fc_length_mm_parse(options.gap, &length));
    assert_true(fc_length_mm_parse(options.margin, &length));
    assert_string_equal(options.caption, "");
    assert_int_equal(options.dpi, 300);
    assert_int_equal(options.format, FC_SHEET_PDF);
    assert_false(options.cut_lines);
}

static void each_row_sets_its_own_member(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_options options = defaults();
    ASSERT_OK(set(&options, "size", "2x2in", &err), err);
    ASSERT_OK(set(&options, "paper", "letter", &err), err);
    ASSERT_OK(set(&options, "gap", "0", &err), err);
    ASSERT_OK(set(&options, "margin", "1cm", &err), err);
    ASSERT_OK(set(&options, "caption", "me", &err), err);
    ASSERT_OK(set(&options, "dpi", "600", &err), err);
    ASSERT_OK(set(&options, "format", "png", &err), err);
    ASSERT_OK(set(&options, "cut_lines", "true", &err), err);
    assert_string_equal(options.size, "2x2in");
    assert_string_equal(options.paper, "letter");
    assert_string_equal(options.gap, "0");
    assert_string_equal(options.margin, "1cm");
    assert_string_equal(options.caption, "me");
    assert_int_equal(options.dpi, 600);
    assert_int_equal(options.format, FC_SHEET_PNG);
    assert_true(options.cut_lines);
    assert_int_equal(fc_sheet_option_rows().count, 8);
}

static void a_value_out_of_range_changes_nothing(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_sheet_options options = defaults();
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&options, "dpi", "71", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&options, "dpi", "1201", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&options, "format", "tiff", &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, set(&options, "cut_lines", "perhaps", &err), err);
    assert_int_equal(options.dpi, 300);
    assert_int_equal(options.format, FC_SHEET_PDF);
    assert_false(options.cut_lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_print_passports_on_a_photo_paper),
        cmocka_unit_test(a_preset_tells_size_and_density),
        cmocka_unit_test(what_is_for_screens_and_a_second_size_are_refused),
        cmocka_unit_test(the_defaults_are_a_sheet_that_can_be_made),
        cmocka_unit_test(each_row_sets_its_own_member),
        cmocka_unit_test(a_value_out_of_range_changes_nothing),
    };
    return cmocka_run_group_tests_name("config/sheet_options", tests, NULL, NULL);
}
