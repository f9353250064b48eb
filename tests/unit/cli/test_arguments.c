#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#include "support/fc_test.h"

/* Parse a line into default params; the operands stay in `arguments`. */
static fc_status parse(fc_params *params, fc_arguments *arguments, char **argv, fc_error *err)
{
    int argc = 0;
    while (argv[argc] != NULL) {
        argc++;
    }
    *params = fc_params_default();
    *arguments = (fc_arguments){ .groups = { { fc_params_options(), params } }, .group_count = 1 };
    return fc_arguments_parse(arguments, argc, argv, err);
}

#define LINE(...) ((char *[]){ __VA_ARGS__, NULL })

static void flags_and_operands_may_be_mixed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    char **line = LINE("a.jpg", "--width", "300", "-", "--face-margin=0.5", "--", "--b.jpg");
    ASSERT_OK(parse(&params, &arguments, line, &err), err);
    assert_int_equal(params.width, 300);
    assert_true(params.face_margin > 0.49 && params.face_margin < 0.51);
    assert_int_equal(arguments.operand_count, 3);
    assert_string_equal(arguments.operands[0], "a.jpg");
    assert_string_equal(arguments.operands[1], "-");
    assert_string_equal(arguments.operands[2], "--b.jpg");
}

static void true_and_false_have_their_own_forms(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_OK(parse(&params, &arguments, LINE("--no-use-oval-mask", "x"), &err), err);
    assert_false(params.use_oval_mask);
    assert_int_equal(arguments.operand_count, 1);
    ASSERT_OK(parse(&params, &arguments, LINE("--no-oval", "--oval"), &err), err);
    assert_true(params.use_oval_mask); /* the last one counts */
    ASSERT_OK(parse(&params, &arguments, LINE("--oval=off"), &err), err);
    assert_false(params.use_oval_mask);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--no-oval=on"), &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--no-width"), &err), err);
}

static void size_sets_width_and_height(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_OK(parse(&params, &arguments, LINE("-s", "300x400"), &err), err);
    assert_int_equal(params.width, 300);
    assert_int_equal(params.height, 400);
    ASSERT_OK(parse(&params, &arguments, LINE("-s512", "--width", "100"), &err), err);
    assert_int_equal(params.width, 100);
    assert_int_equal(params.height, 512);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--size=3x"), &err), err);
}

static void a_wrong_flag_names_the_nearest_one(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--face-margn"), &err), err);
    assert_string_equal(err.text, "--face-margn is not a flag; did you mean --face-margin?");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--zebra"), &err), err);
    assert_string_equal(err.text, "--zebra is not a flag");
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("-Z"), &err), err);
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--width"), &err), err);
    assert_string_equal(err.text, "--width needs a value");
}

static void a_refused_value_names_the_flag_and_what_is_allowed(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE("--width", "20"), &err), err);
    assert_non_null(strstr(err.text, "--width: "));
    assert_non_null(strstr(err.text, "64 to 4096"));
    assert_int_equal(params.width, 648);
}

static void any_bytes_are_refused_or_taken_but_never_harm(void **state)
{
    (void)state;
    char *const odd[] = { "--",           "-",   "--=",  "--=x",  "-=",       "--no-",
                          "--no-no-oval", "---", "\xFF", "-\xFF", "--width=", "--size=x",
                          "--size=xxxx" };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        fc_error err = { 0 };
        fc_params params;
        fc_arguments arguments;
        const fc_status status = parse(&params, &arguments, LINE(odd[i]), &err);
        assert_true(status == FC_OK || err.text[0] != '\0');
    }
    char endless[5000];
    memset(endless, '-', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_FAILS(FC_INVALID_ARGUMENT, parse(&params, &arguments, LINE(endless), &err), err);
}

/* A preset sets many options; what stands beside it counts more, before it or behind it. */
static void what_stands_beside_a_preset_counts_more(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_params params;
    fc_arguments arguments;
    ASSERT_OK(parse(&params, &arguments,
                    LINE("--width", "500", "x", "--preset", "us-passport", "--dpi=600"), &err),
              err);
    assert_int_equal(params.width, 500);
    assert_int_equal(params.height, 600);
    assert_int_equal(params.dpi, 600);
    assert_int_equal(arguments.operand_count, 1);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 parse(&params, &arguments, LINE("--preset", "us-pasport"), &err), err);
    assert_memory_equal(err.text, "--preset: preset is \"us-pasport\"", 32);
}

/* An alias that shadows an option, or leads nowhere, would be a trap. */
static void aliases_are_unique_and_shadow_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < fc_aliases_count; i++) {
        if (fc_aliases[i].name != NULL) {
            assert_null(fc_option_lookup(fc_params_options(), fc_aliases[i].name));
            assert_null(fc_option_lookup(fc_settings_options(), fc_aliases[i].name));
        }
        for (size_t j = 0; j < i; j++) {
            assert_true(fc_aliases[i].letter == 0 || fc_aliases[i].letter != fc_aliases[j].letter);
        }
    }
}

static void a_flag_is_spelled_with_its_aliases(void **state)
{
    (void)state;
    char text[128];
    fc_flag_spell(fc_option_lookup(fc_params_options(), "background"), text, sizeof text);
    assert_string_equal(text, "-b, --background COLOUR|WORD");
    fc_flag_spell(fc_option_lookup(fc_params_options(), "use_oval_mask"), text, sizeof text);
    assert_string_equal(text, "--[no-]oval, --[no-]use-oval-mask");
    fc_flag_spell(fc_option_lookup(fc_params_options(), "use_oval_mask"), text, 8);
    assert_int_equal(strlen(text), 7); /* cut, not overrun */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_and_operands_may_be_mixed),
        cmocka_unit_test(true_and_false_have_their_own_forms),
        cmocka_unit_test(size_sets_width_and_height),
        cmocka_unit_test(a_wrong_flag_names_the_nearest_one),
        cmocka_unit_test(a_refused_value_names_the_flag_and_what_is_allowed),
        cmocka_unit_test(any_bytes_are_refused_or_taken_but_never_harm),
        cmocka_unit_test(what_stands_beside_a_preset_counts_more),
        cmocka_unit_test(aliases_are_unique_and_shadow_nothing),
        cmocka_unit_test(a_flag_is_spelled_with_its_aliases),
    };
    return cmocka_run_group_tests_name("cli/arguments", tests, NULL, NULL);
}
