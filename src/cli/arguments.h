/**
 * Arguments: flags and operands of a command line, taken by name from option tables.
 *
 * --face-margin 0.4, --face-margin=0.4, -b white... A true/false option is --name or --no-name.
 * "--" ends the flags, "-" is an operand. A flag may come twice: the last one counts.
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"
#include "config/options.h"

/** A table and the struct that its values go to. */
typedef struct fc_flag_group {
    fc_options options;
    void *target;
} fc_flag_group;

#define FC_FLAG_GROUPS_MAX 4

typedef struct fc_arguments {
    fc_flag_group groups[FC_FLAG_GROUPS_MAX]; /* given; searched in this order */
    size_t group_count;
    char **operands; /* found: the front of the given argv */
    int operand_count;
    bool first_pass; /* presets alone: other options change them, in any order */
} fc_arguments;

/** A shorter way to write an option. */
typedef struct fc_alias {
    char letter;        /* 0: none */
    const char *name;   /* NULL: none */
    const char *option; /* as in its table */
    const char *second; /* also set, "648x800" giving one part to each; else NULL */
} fc_alias;

extern const fc_alias fc_aliases[];
extern const size_t fc_aliases_count;

/**
 * Set what the flags say and collect the operands.
 *
 * argv   without program and command; reordered
 *
 * Errors: FC_INVALID_ARGUMENT (unknown flag, with the nearest known one; a value that is missing
 * or refused). Flags before the wrong one are set then.
 */
FC_MUST_CHECK fc_status fc_arguments_parse(fc_arguments *arguments, int argc, char **argv,
                                           fc_error *err);

/** How an option is written, with all its aliases and its value: "-b, --background COLOUR". */
void fc_flag_spell(const fc_option *option, char *text, size_t size);
