#include "cli/command.h"
#include "cli/environment.h"
#include "cli/page.h"
#include "report/catalogue.h"

static void list(fc_page *page, const char *title, fc_options options, const void *values)
{
    fc_page_heading(page, 1, title);
    for (size_t i = 0; i < options.count; i++) {
        const fc_option *option = &options.rows[i];
        char value[FC_OPTION_TEXT_SIZE];
        fc_option_print(option, values, value, sizeof value);
        fc_page_raw(page, "  %-19s %-12s %s\n", option->name, value[0] != '\0' ? value : "-",
                    option->help);
    }
}

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    fc_json_flag flags = { 0 };
    FC_TRY(fc_command_parse_flags(&fc_command_options, line, &flags, err));
    fc_params params = fc_params_default();
    fc_settings settings = fc_settings_default();
    fc_server_settings server = fc_server_settings_default();
    FC_TRY(fc_options_from_environment(&params, &settings, err));
    FC_TRY(fc_server_settings_from_environment(&server, err));

    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    if (flags.json) {
        FC_TRY(fc_catalogue_options(&params, &settings, &server, &page.text, err));
    } else {
        list(&page, "Of a portrait", fc_params_options(), &params);
        list(&page, "Of the program", fc_settings_options(), &settings);
        list(&page, "Of the HTTP service", fc_server_options(), &server);
    }
    return fc_page_print(&page, err);
}

static const char *const DETAILS[] = {
    "Shows every option with the value in force: the default, or what a FACECRAFT_ variable of "
    "the environment says. Ranges, variables and flags are in docs/options.md and in "
    "`facecraft process --help`.",
    NULL,
};

const fc_command fc_command_options = {
    .name = "options",
    .operands = "",
    .purpose = "List the options and their values in force",
    .details = DETAILS,
    .flags = FC_JSON_FLAGS,
    .run = run,
};
