#include "cli/command.h"
#include "cli/manual.h"

static fc_status run(const fc_command_line *line, int *exit_code, fc_error *err)
{
    (void)exit_code;
    if (line->count == 0) {
        return fc_manual_print_overview(err);
    }
    const fc_command *command = fc_command_lookup(line->arguments[0]);
    if (command == NULL) {
        return fc_command_refuse(line->arguments[0], err);
    }
    return fc_manual_print_command(command, err);
}

const fc_command fc_command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .purpose = "Explain the program or one command",
    .run = run,
};
