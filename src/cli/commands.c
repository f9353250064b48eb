#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/manual.h"

const fc_command *const fc_commands[] = {
    &fc_command_process, &fc_command_check,   &fc_command_sheet,   &fc_command_directory,
    &fc_command_serve,   &fc_command_worker,  &fc_command_jobs,    &fc_command_sign,
    &fc_command_health,  &fc_command_bench,   &fc_command_presets, &fc_command_models,
    &fc_command_doctor,  &fc_command_options, &fc_command_stages,  &fc_command_version,
    &fc_command_docs,    &fc_command_help,
};
const size_t fc_commands_count = sizeof fc_commands / sizeof fc_commands[0];

const fc_option fc_json_flag_rows[] = {
    FC_FLAG_BOOL(fc_json_flag, json, "Print one line of JSON instead"),
};

const fc_command *fc_command_lookup(const char *name)
{
    FC_ASSERT(name != NULL);
    for (size_t i = 0; i < fc_commands_count; i++) {
        if (strcmp(fc_commands[i]->name, name) == 0) {
            return fc_commands[i];
        }
    }
    return NULL;
}

fc_status fc_command_refuse(const char *name, fc_error *err)
{
    fc_suggestion suggestion = { .word = name };
    for (size_t i = 0; i < fc_commands_count; i++) {
        fc_suggestion_offer(&suggestion, fc_commands[i]->name);
    }
    if (suggestion.best == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\" is not a command", name);
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\" is not a command; did you mean %s?", name,
                   suggestion.best);
}

fc_status fc_command_parse_flags(const fc_command *command, const fc_command_line *line,
                                 void *flags, fc_error *err)
{
    fc_arguments arguments = { .groups = { { command->flags, flags } }, .group_count = 1 };
    FC_TRY(fc_arguments_parse(&arguments, line->count, line->arguments, err));
    if (arguments.operand_count > 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\": %s takes flags only",
                       arguments.operands[0], command->name);
    }
    return FC_OK;
}

/* Help is given wherever it is asked for, whatever else the line says. */
static bool asks_for_help(const fc_command_line *line)
{
    for (int i = 0; i < line->count && strcmp(line->arguments[i], "--") != 0; i++) {
        if (strcmp(line->arguments[i], "--help") == 0 || strcmp(line->arguments[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

/* --help, --version and nothing at all stand for commands. */
static const char *command_name(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return fc_command_help.name;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        return fc_command_version.name;
    }
    return argv[1];
}

static fc_status run(const fc_command *command, const char *name, const fc_command_line *line,
                     int *exit_code, fc_error *err)
{
    if (command == NULL) {
        return fc_command_refuse(name, err);
    }
    return asks_for_help(line) ? fc_manual_print_command(command, err)
                               : command->run(line, exit_code, err);
}

int fc_cli_run(int argc, char **argv)
{
    const char *name = command_name(argc, argv);
    const fc_command *command = fc_command_lookup(name);
    const fc_command_line line = { argv + 2, argc > 2 ? argc - 2 : 0 };
    fc_error err = { 0 };
    int exit_code = 0;
    const fc_status status = run(command, name, &line, &exit_code, &err);
    if (status == FC_OK) {
        return exit_code;
    }
    fc_console_say("%s", err.text);
    if (status == FC_INVALID_ARGUMENT) {
        (void)fprintf(stderr, "Try: facecraft %s%s--help\n", command != NULL ? name : "",
                      command != NULL ? " " : "");
    }
    return fc_status_lookup(status)->exit_code;
}
