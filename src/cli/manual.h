/**
 * Manual: help, docs/cli.md and the manual page, all from the table of commands. The parts append
 * to a page of any style. Any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/page.h"

/** Synopsis, explanation, flags and examples of one command. `level` of its headings. */
void fc_manual_command(fc_page *page, const fc_command *command, int level);

/** Files and names, variables, exit codes, and the fields of an answer. */
void fc_manual_conventions(fc_page *page, int level);

/** Print one command's help, or the list of commands. Errors: FC_IO, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_manual_print_command(const fc_command *command, fc_error *err);
FC_MUST_CHECK fc_status fc_manual_print_overview(fc_error *err);
