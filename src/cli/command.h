/**
 * Command: one row for each sub-command, from which dispatch, help, docs/cli.md and the manual
 * page are made. To add one, write cli/command_NAME.c and add its row to cli/commands.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "cli/arguments.h"
#include "config/options.h"

/** What a command is given. */
typedef struct fc_command_line {
    char **arguments; /* after the command's name; may be reordered */
    int count;
} fc_command_line;

typedef struct fc_command {
    const char *name;
    const char *operands;        /* for the synopsis; "" for none */
    const char *purpose;         /* one clause */
    const char *const *details;  /* paragraphs, ended by NULL; or NULL */
    const char *const *examples; /* lines to type, ended by NULL; or NULL */
    fc_options flags;            /* its own */
    bool takes_options;          /* params.def and settings.def are flags as well */
    bool takes_server_options;   /* and server.def */
    bool decodes;                /* photos: main() prepares a sandbox for it */

    /* Does the work. On FC_OK the program ends with *exit_code, which starts as 0; any other
     * status is reported and ends it with that status' code. */
    fc_status (*run)(const fc_command_line *line, int *exit_code, fc_error *err);
} fc_command;

extern const fc_command fc_command_process;
extern const fc_command fc_command_directory;
extern const fc_command fc_command_check;
extern const fc_command fc_command_sheet;
extern const fc_command fc_command_serve;
extern const fc_command fc_command_worker;
extern const fc_command fc_command_jobs;
extern const fc_command fc_command_sign;
extern const fc_command fc_command_health;
extern const fc_command fc_command_bench;
extern const fc_command fc_command_presets;
extern const fc_command fc_command_models;
extern const fc_command fc_command_doctor;
extern const fc_command fc_command_options;
extern const fc_command fc_command_stages;
extern const fc_command fc_command_version;
extern const fc_command fc_command_docs;
extern const fc_command fc_command_help;

/** All commands, in the order of the help. */
extern const fc_command *const fc_commands[];
extern const size_t fc_commands_count;

/** NULL where there is no such command. */
const fc_command *fc_command_lookup(const char *name);

/** FC_INVALID_ARGUMENT naming the nearest command. */
FC_MUST_CHECK fc_status fc_command_refuse(const char *name, fc_error *err);

/* Rows of a command's own flags: fields of its own struct of type `type`. */
#define FC_FLAG_BOOL(type, field, text)                                                            \
    {                                                                                              \
        .name = #field, .initial = "false", .help = text, .offset = offsetof(type, field),         \
        .kind = FC_OPTION_BOOL                                                                     \
    }
#define FC_FLAG_TEXT(type, field, value, text)                                                     \
    {                                                                                              \
        .name = #field, .initial = "", .unit = value, .help = text,                                \
        .offset = offsetof(type, field), .kind = FC_OPTION_TEXT                                    \
    }
#define FC_FLAG_INT(type, field, start, low, high, text)                                           \
    {                                                                                              \
        .name = #field, .initial = #start, .help = text, .min = low, .max = high,                  \
        .offset = offsetof(type, field), .kind = FC_OPTION_INT                                     \
    }
#define FC_FLAG_CHOICE(type, field, start, words, text)                                            \
    {                                                                                              \
        .name = #field, .initial = start, .choices = words, .help = text,                          \
        .offset = offsetof(type, field), .kind = FC_OPTION_CHOICE                                  \
    }

/** The flags of the commands that only tell something. */
typedef struct fc_json_flag {
    bool json;
} fc_json_flag;

extern const fc_option fc_json_flag_rows[];
#define FC_JSON_FLAGS                                                                              \
    {                                                                                              \
        fc_json_flag_rows, 1                                                                       \
    }

/**
 * Parse the line of a command that takes flags and no operands.
 *
 * Errors: FC_INVALID_ARGUMENT.
 */
FC_MUST_CHECK fc_status fc_command_parse_flags(const fc_command *command,
                                               const fc_command_line *line, void *flags,
                                               fc_error *err);

/** Run the program: argv as main gets it. Returns its exit code. */
int fc_cli_run(int argc, char **argv);
