#include <string.h>

#include "cli/command.h"
#include "cli/manual.h"
#include "config/options.h"
#include "support/fc_test.h"

/* Every row answers help and has what the documentation needs. */
static void every_command_explains_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < fc_commands_count; i++) {
        const fc_command *command = fc_commands[i];
        assert_ptr_equal(fc_command_lookup(command->name), command);
        assert_non_null(command->run);
        FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
        fc_manual_command(&page, command, 1);
        assert_int_equal(page.status, FC_OK);
        assert_non_null(strstr(fc_buffer_text(&page.text), command->purpose));
    }
}

/* A flag of a command that is also an option would hide the option. */
static void flags_of_process_hide_no_option(void **state)
{
    (void)state;
    const fc_options flags = fc_command_process.flags;
    for (size_t i = 0; i < flags.count; i++) {
        assert_null(fc_option_lookup(fc_params_options(), flags.rows[i].name));
        assert_null(fc_option_lookup(fc_settings_options(), flags.rows[i].name));
    }
}

static void an_unknown_command_names_the_nearest(void **state)
{
    (void)state;
    fc_error err = { 0 };
    assert_null(fc_command_lookup("proces"));
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_command_refuse("proces", &err), err);
    assert_non_null(strstr(err.text, "did you mean process?"));
    ASSERT_FAILS(FC_INVALID_ARGUMENT, fc_command_refuse("zebra", &err), err);
    assert_null(strstr(err.text, "did you mean"));
}

static void commands_without_operands_refuse_them(void **state)
{
    (void)state;
    fc_error err = { 0 };
    fc_json_flag flags = { 0 };
    char *words[] = { "--json", "more" };
    const fc_command_line good = { words, 1 };
    const fc_command_line bad = { words, 2 };
    ASSERT_OK(fc_command_parse_flags(&fc_command_stages, &good, &flags, &err), err);
    assert_true(flags.json);
    ASSERT_FAILS(FC_INVALID_ARGUMENT,
                 fc_command_parse_flags(&fc_command_stages, &bad, &flags, &err), err);
}

static void exit_codes_come_from_the_status_table(void **state)
{
    (void)state;
    assert_int_equal(fc_cli_run(2, (char *[]){ "facecraft", "zebra", NULL }), 2);
    assert_int_equal(fc_cli_run(3, (char *[]){ "facecraft", "process", "--wdth", NULL }), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_explains_itself),
        cmocka_unit_test(flags_of_process_hide_no_option),
        cmocka_unit_test(an_unknown_command_names_the_nearest),
        cmocka_unit_test(commands_without_operands_refuse_them),
        cmocka_unit_test(exit_codes_come_from_the_status_table),
    };
    return cmocka_run_group_tests_name("cli/commands", tests, NULL, NULL);
}
