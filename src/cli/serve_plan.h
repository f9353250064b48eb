/**
 * Serve plan: the configuration of `facecraft serve` - from defaults, the file .env, the
 * environment and flags, the later ones being stronger. One thread at a time.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/error.h"
#include "cli/command.h"
#include "config/options.h"

/** Room for the rows of server.def. */
#define FC_SERVE_ROWS_MAX 64

/** Flags that are no settings. */
typedef struct fc_serve_flags {
    bool check;
} fc_serve_flags;

extern const fc_option fc_serve_check_row;

typedef struct fc_serve_plan {
    fc_serve_flags flags;
    fc_params params;
    fc_settings settings;
    fc_server_settings server;
    const fc_command_line *line;            /* borrowed */
    bool in_environment[FC_SERVE_ROWS_MAX]; /* rows that .env cannot change */
} fc_serve_plan;

/**
 * Read everything. At start only: variables of .env are put into the environment.
 *
 * Errors: FC_INVALID_ARGUMENT, FC_IO, FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_serve_plan_read(const fc_command_line *line, fc_serve_plan *plan,
                                           fc_error *err);

/**
 * Read the settings of the service again from where they came, with .env and the files of secrets
 * as they are now. The environment is left alone, so other threads may run.
 *
 * out   changed on success only
 *
 * Errors: as above.
 */
FC_MUST_CHECK fc_status fc_serve_plan_reread(const fc_serve_plan *plan, fc_server_settings *out,
                                             fc_error *err);
