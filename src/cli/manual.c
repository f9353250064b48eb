#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "report/answer.h"

/** Longest spelling of a flag with its aliases. */
#define SPELLING_SIZE 128

/* "64..4096 px; 648 unless given", as far as there is something to say. */
static void describe_values(const fc_option *option, char *text, size_t size)
{
    const char *unit = option->unit != NULL ? option->unit : "";
    const char *space = option->unit != NULL ? " " : "";
    text[0] = '\0';
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_REAL:
        (void)snprintf(text, size, " [%s; %g..%g%s%s]", option->initial, option->min, option->max,
                       space, unit);
        return;
    case FC_OPTION_CHOICE:
        (void)snprintf(text, size, " [%s; %s]", option->initial, option->choices);
        return;
    case FC_OPTION_BACKGROUND:
    case FC_OPTION_BOX:
    case FC_OPTION_BOOL:
    case FC_OPTION_PRESET:
    case FC_OPTION_TEXT:
    case FC_OPTION_SECRET:
    case FC_OPTION_CHANNEL:
        if (option->variable != NULL && option->initial[0] != '\0') {
            (void)snprintf(text, size, " [%s]", option->initial);
        }
        return;
    }
}

static void list_flags(fc_page *page, int level, const char *title, fc_options options)
{
    fc_page_heading(page, level, title);
    for (size_t i = 0; i < options.count; i++) {
        char spelling[SPELLING_SIZE];
        char values[SPELLING_SIZE];
        fc_flag_spell(&options.rows[i], spelling, sizeof spelling);
        describe_values(&options.rows[i], values, sizeof values);
        fc_page_item(page, spelling, "%s%s", options.rows[i].help, values);
    }
}

/* Aliases that set two options at once have no row of their own. */
static void list_double_aliases(fc_page *page)
{
    for (size_t i = 0; i < fc_aliases_count; i++) {
        const fc_alias *alias = &fc_aliases[i];
        if (alias->second != NULL) {
            char spelling[SPELLING_SIZE];
            (void)snprintf(spelling, sizeof spelling, "-%c, --%s WxH", alias->letter, alias->name);
            fc_page_item(page, spelling, "%s and %s at once; one number is for both", alias->option,
                         alias->second);
        }
    }
}

void fc_manual_command(fc_page *page, const fc_command *command, int level)
{
    FC_ASSERT(command != NULL);
    char line[SPELLING_SIZE];
    const bool flags = command->flags.count > 0;
    (void)snprintf(line, sizeof line, "facecraft %s%s%s%s", command->name,
                   command->operands[0] != '\0' ? " " : "", command->operands,
                   flags ? " [FLAG...]" : "");
    fc_page_code(page, line);
    fc_page_gap(page);
    fc_page_paragraph(page, "%s.", command->purpose);
    for (size_t i = 0; command->details != NULL && command->details[i] != NULL; i++) {
        fc_page_paragraph(page, "%s", command->details[i]);
    }
    if (flags) {
        list_flags(page, level, "Flags", command->flags);
        fc_page_item(page, "-h, --help", "This text");
        fc_page_gap(page);
    }
    if (command->takes_server_options) {
        list_flags(page, level, "The service", fc_server_options());
        fc_page_gap(page);
    }
    if (command->takes_options) {
        list_flags(page, level, "The portrait", fc_params_options());
        list_double_aliases(page);
        fc_page_gap(page);
        list_flags(page, level, "The program", fc_settings_options());
        fc_page_gap(page);
    }
    if (command->examples != NULL) {
        fc_page_heading(page, level, "Examples");
        for (size_t i = 0; command->examples[i] != NULL; i++) {
            fc_page_code(page, command->examples[i]);
        }
        fc_page_gap(page);
    }
}

void fc_manual_conventions(fc_page *page, int level)
{
    fc_page_heading(page, level, "Environment");
    fc_page_paragraph(page, "Each option has a variable, named in `facecraft options --json` and "
                            "docs/options.md. A flag is stronger than the variable, the variable "
                            "stronger than the default.");
    fc_page_heading(page, level, "Exit codes");
    fc_page_item(page, "0", "all is done");
    fc_page_item(page, "1", "of several photos, some gave no portrait");
    for (int i = 1; i < fc_status_count(); i++) {
        const fc_status_info *info = fc_status_lookup((fc_status)i);
        char code[16];
        (void)snprintf(code, sizeof code, "%d", info->exit_code);
        fc_page_item(page, code, "%s (%s)", info->meaning, info->slug);
    }
    fc_page_gap(page);
    fc_page_heading(page, level, "Fields of process --json");
    fc_page_paragraph(page, "One object on one line for each portrait, and one for each photo "
                            "without any, in the order of the photos. Every key is always there.");
    for (size_t i = 0; fc_answer_fields[i].name != NULL; i++) {
        fc_page_item(page, fc_answer_fields[i].name, "%s", fc_answer_fields[i].meaning);
    }
    fc_page_gap(page);
}

fc_status fc_manual_print_command(const fc_command *command, fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    fc_manual_command(&page, command, 1);
    return fc_page_print(&page, err);
}

fc_status fc_manual_print_overview(fc_error *err)
{
    FC_AUTO_PAGE(page, FC_PAGE_PLAIN);
    fc_page_paragraph(&page, "Facecraft turns a photo of a person into a portrait: finds the face, "
                             "levels the eyes, crops, removes the background and enhances.");
    fc_page_code(&page, "facecraft process photo.jpg -o portrait.png");
    fc_page_gap(&page);
    fc_page_heading(&page, 1, "Commands");
    for (size_t i = 0; i < fc_commands_count; i++) {
        fc_page_item(&page, fc_commands[i]->name, "%s", fc_commands[i]->purpose);
    }
    fc_page_gap(&page);
    fc_page_raw(&page, "facecraft help COMMAND, or facecraft COMMAND --help, says more.\n");
    return fc_page_print(&page, err);
}
