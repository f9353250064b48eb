#define _GNU_SOURCE /* secure_getenv */
#include "cli/serve_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/file.h"
#include "cli/arguments.h"
#include "cli/dotenv.h"

#define ENV_FILE ".env"
#define PREFIX "FACECRAFT_"

const fc_option fc_serve_check_row =
    FC_FLAG_BOOL(fc_serve_flags, check, "Check configuration, models and folders, and end");

static const char *variable_of(const fc_option *option)
{
    char name[96];
    (void)snprintf(name, sizeof name, PREFIX "%s", option->variable);
    return secure_getenv(name);
}

static void remember_environment(fc_serve_plan *plan)
{
    const fc_options options = fc_server_options();
    FC_ASSERT(options.count <= FC_SERVE_ROWS_MAX);
    for (size_t i = 0; i < options.count; i++) {
        plan->in_environment[i] = variable_of(&options.rows[i]) != NULL;
    }
}

static fc_status take_flags(fc_serve_plan *plan, fc_error *err)
{
    fc_arguments arguments = {
        .groups = { { { &fc_serve_check_row, 1 }, &plan->flags },
                    { fc_server_options(), &plan->server },
                    { fc_params_options(), &plan->params },
                    { fc_settings_options(), &plan->settings } },
        .group_count = 4,
    };
    FC_TRY(fc_arguments_parse(&arguments, plan->line->count, plan->line->arguments, err));
    if (arguments.operand_count > 0) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "\"%.60s\": serve takes flags only",
                       arguments.operands[0]);
    }
    return FC_OK;
}

fc_status fc_serve_plan_read(const fc_command_line *line, fc_serve_plan *plan, fc_error *err)
{
    FC_ASSERT(line != NULL);
    FC_ASSERT(plan != NULL);

    *plan = (fc_serve_plan){ .line = line,
                             .params = fc_params_default(),
                             .settings = fc_settings_default(),
                             .server = fc_server_settings_default() };
    remember_environment(plan);
    FC_TRY(fc_dotenv_load(ENV_FILE, err));
    FC_TRY(fc_options_from_environment(&plan->params, &plan->settings, err));
    FC_TRY(fc_server_settings_from_environment(&plan->server, err));
    FC_TRY(fc_secrets_load(&plan->server, err));
    return take_flags(plan, err);
}

/* A line of .env, where the environment does not say otherwise. */
static fc_status take_line(void *context, const char *name, const char *value, fc_error *err)
{
    fc_serve_plan *plan = context;
    const fc_options options = fc_server_options();
    for (size_t i = 0; i < options.count; i++) {
        if (strncmp(name, PREFIX, sizeof PREFIX - 1) == 0 && !plan->in_environment[i] &&
            strcmp(options.rows[i].variable, name + sizeof PREFIX - 1) == 0) {
            return fc_option_set(&options.rows[i], &plan->server, value, err);
        }
    }
    return FC_OK;
}

static fc_status take_env_file(fc_serve_plan *plan, fc_error *err)
{
    if (access(ENV_FILE, F_OK) != 0) {
        return FC_OK;
    }
    FC_AUTO_BUFFER(text, FC_DOTENV_BYTES_MAX);
    FC_TRY(fc_file_read(ENV_FILE, FC_DOTENV_BYTES_MAX, &text, err));
    return fc_dotenv_parse(fc_buffer_bytes(&text), take_line, plan, err);
}

fc_status fc_serve_plan_reread(const fc_serve_plan *plan, fc_server_settings *out, fc_error *err)
{
    FC_ASSERT(plan != NULL);
    FC_ASSERT(out != NULL);

    fc_serve_plan again = *plan;
    again.server = fc_server_settings_default();
    FC_TRY(take_env_file(&again, err));
    const fc_options options = fc_server_options();
    for (size_t i = 0; i < options.count; i++) {
        const char *value = variable_of(&options.rows[i]);
        if (plan->in_environment[i] && value != NULL) {
            FC_TRY(fc_option_set(&options.rows[i], &again.server, value, err));
        }
    }
    FC_TRY(fc_secrets_load(&again.server, err));
    FC_TRY(take_flags(&again, err));
    *out = again.server;
    return FC_OK;
}
