#include "cli/arguments.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/suggest.h"

/** Longest name of a flag, with its final zero. */
#define FLAG_NAME_SIZE 64

/* clang-format off */
const fc_alias fc_aliases[] = {
    { 'o', NULL,      "output",        NULL },
    { 'r', NULL,      "recursive",     NULL },
    { 'j', NULL,      "jobs",          NULL },
    { 'q', NULL,      "quiet",         NULL },
    { 's', "size",    "width",         "height" },
    { 'b', NULL,      "background",    NULL },
    { 'm', "margin",  "face_margin",   NULL },
    { 0,   "oval",    "use_oval_mask", NULL },
    { 0,   "enhance", "enhance_photo", NULL },
};
/* clang-format on */
const size_t fc_aliases_count = sizeof fc_aliases / sizeof fc_aliases[0];

/** A flag that was recognised. */
typedef struct found_flag {
    const fc_option *option;
    const fc_option *second; /* of an alias for two */
    void *target;
    bool negated;
} found_flag;

static bool find_option(const fc_arguments *arguments, const char *name, found_flag *found)
{
    for (size_t i = 0; i < arguments->group_count; i++) {
        const fc_option *option = fc_option_lookup(arguments->groups[i].options, name);
        if (option != NULL) {
            found->option = option;
            found->target = arguments->groups[i].target;
            return true;
        }
    }
    return false;
}

static bool find_alias(const fc_arguments *arguments, const fc_alias *alias, found_flag *found)
{
    if (alias->second != NULL) {
        if (!find_option(arguments, alias->second, found)) {
            return false;
        }
        found->second = found->option;
    }
    return find_option(arguments, alias->option, found);
}

static bool find_long(const fc_arguments *arguments, const char *name, found_flag *found)
{
    if (find_option(arguments, name, found)) {
        return true;
    }
    for (size_t i = 0; i < fc_aliases_count; i++) {
        if (fc_aliases[i].name != NULL && strcmp(fc_aliases[i].name, name) == 0) {
            return find_alias(arguments, &fc_aliases[i], found);
        }
    }
    return false;
}

static bool find_negated(const fc_arguments *arguments, const char *name, found_flag *found)
{
    found->negated = strncmp(name, "no-", 3) == 0 && find_long(arguments, name + 3, found) &&
                     found->option->kind == FC_OPTION_BOOL;
    return found->negated;
}

static bool find_letter(const fc_arguments *arguments, char letter, found_flag *found)
{
    for (size_t i = 0; i < fc_aliases_count; i++) {
        if (fc_aliases[i].letter == letter) {
            return find_alias(arguments, &fc_aliases[i], found);
        }
    }
    return false;
}

static fc_status refuse_unknown(const fc_arguments *arguments, const char *name, fc_error *err)
{
    fc_suggestion suggestion = { .word = name };
    for (size_t i = 0; i < arguments->group_count; i++) {
        const fc_options options = arguments->groups[i].options;
        for (size_t row = 0; row < options.count; row++) {
            fc_suggestion_offer(&suggestion, options.rows[row].name);
        }
    }
    for (size_t i = 0; i < fc_aliases_count; i++) {
        found_flag found = { 0 };
        if (fc_aliases[i].name != NULL && find_alias(arguments, &fc_aliases[i], &found)) {
            fc_suggestion_offer(&suggestion, fc_aliases[i].name);
        }
    }
    if (suggestion.best == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "--%.60s is not a flag", name);
    }
    char nearest[FLAG_NAME_SIZE];
    (void)snprintf(nearest, sizeof nearest, "%s", suggestion.best);
    for (char *at = strchr(nearest, '_'); at != NULL; at = strchr(at, '_')) {
        *at = '-';
    }
    return fc_fail(err, FC_INVALID_ARGUMENT, "--%.60s is not a flag; did you mean --%s?", name,
                   nearest);
}

/* "wall.jpg", "a/wall": a name that is meant for a file, also where there is none. */
static bool is_file_name(const char *value)
{
    const char *point = strrchr(value, '.');
    return strchr(value, '/') != NULL || (point != NULL && isalpha((unsigned char)point[1]) != 0) ||
           access(value, F_OK) == 0;
}

/* A ground that is none of its words but a file: the same as the flag of that name with "-file". */
static bool find_file_flag(const fc_arguments *arguments, const char *value, found_flag *found)
{
    char name[FLAG_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s_file", found->option->name);
    fc_background ground;
    return found->option->kind == FC_OPTION_BACKGROUND && !fc_background_parse(value, &ground) &&
           is_file_name(value) && find_option(arguments, name, found);
}

static fc_status set_one(const fc_option *option, void *target, const char *flag, const char *value,
                         fc_error *err)
{
    fc_error why = { 0 };
    if (fc_option_set(option, target, value, &why) != FC_OK) {
        return fc_fail(err, why.status, "%.30s: %.220s", flag, why.text);
    }
    return FC_OK;
}

/* "648x800" to two options; "648" alone counts for both. */
static fc_status set_both(const found_flag *found, const char *flag, const char *value,
                          fc_error *err)
{
    char first[FLAG_NAME_SIZE];
    const size_t length = strcspn(value, "x");
    if (length >= sizeof first) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s: \"%.60s\", allowed: 648 or 648x800", flag,
                       value);
    }
    (void)snprintf(first, sizeof first, "%.*s", (int)length, value);
    FC_TRY(set_one(found->option, found->target, flag, first, err));
    return set_one(found->second, found->target, flag,
                   value[length] == 'x' ? value + length + 1 : first, err);
}

static fc_status set_flag(const fc_arguments *arguments, found_flag *found, const char *flag,
                          const char *value, fc_error *err)
{
    (void)find_file_flag(arguments, value, found);
    if ((found->option->kind == FC_OPTION_PRESET) != arguments->first_pass) {
        return FC_OK;
    }
    return found->second != NULL ? set_both(found, flag, value, err)
                                 : set_one(found->option, found->target, flag, value, err);
}

static fc_status refuse_missing(const char *flag, fc_error *err)
{
    return fc_fail(err, FC_INVALID_ARGUMENT, "%.60s needs a value", flag);
}

/* One --flag. `next` is the argument after it, NULL at the end; `used` says whether it was taken.
 */
static fc_status parse_long(const fc_arguments *arguments, const char *argument, const char *next,
                            bool *used, fc_error *err)
{
    char flag[FLAG_NAME_SIZE];
    const char *equals = strchr(argument, '=');
    const size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    if (length >= sizeof flag) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%.40s... is not a flag", argument);
    }
    (void)snprintf(flag, sizeof flag, "%.*s", (int)length, argument);
    found_flag found = { 0 };
    if (!find_long(arguments, flag + 2, &found) && !find_negated(arguments, flag + 2, &found)) {
        return refuse_unknown(arguments, flag + 2, err);
    }
    if (found.negated && equals != NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "%s takes no value", flag);
    }
    if (equals != NULL) {
        return set_flag(arguments, &found, flag, equals + 1, err);
    }
    if (found.option->kind == FC_OPTION_BOOL) {
        return set_flag(arguments, &found, flag, found.negated ? "false" : "true", err);
    }
    *used = true;
    return next != NULL ? set_flag(arguments, &found, flag, next, err) : refuse_missing(flag, err);
}

/* -q, -rq, -o FILE or -oFILE. */
static fc_status parse_short(const fc_arguments *arguments, const char *argument, const char *next,
                             bool *used, fc_error *err)
{
    for (const char *letter = argument + 1; *letter != '\0'; letter++) {
        const char flag[] = { '-', *letter, '\0' };
        found_flag found = { 0 };
        if (!find_letter(arguments, *letter, &found)) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "%s is not a flag", flag);
        }
        if (found.option->kind == FC_OPTION_BOOL) {
            FC_TRY(set_flag(arguments, &found, flag, "true", err));
        } else if (letter[1] != '\0') {
            return set_flag(arguments, &found, flag, letter + 1, err);
        } else {
            *used = true;
            return next != NULL ? set_flag(arguments, &found, flag, next, err)
                                : refuse_missing(flag, err);
        }
    }
    return FC_OK;
}

/* The operands go to the front of argv in the last pass. */
static fc_status parse_all(fc_arguments *arguments, int argc, char **argv, fc_error *err)
{
    bool flags_ended = false;
    for (int i = 0; i < argc; i++) {
        char *argument = argv[i];
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool used = false;
        if (flags_ended || argument[0] != '-' || argument[1] == '\0') {
            if (!arguments->first_pass) {
                argv[arguments->operand_count++] = argument;
            }
        } else if (strcmp(argument, "--") == 0) {
            flags_ended = true;
        } else if (argument[1] == '-') {
            FC_TRY(parse_long(arguments, argument, next, &used, err));
        } else {
            FC_TRY(parse_short(arguments, argument, next, &used, err));
        }
        i += used ? 1 : 0;
    }
    return FC_OK;
}

fc_status fc_arguments_parse(fc_arguments *arguments, int argc, char **argv, fc_error *err)
{
    FC_ASSERT(arguments->group_count <= FC_FLAG_GROUPS_MAX);
    FC_ASSERT(argc >= 0);

    arguments->operands = argv;
    arguments->operand_count = 0;
    arguments->first_pass = true;
    FC_TRY(parse_all(arguments, argc, argv, err));
    arguments->first_pass = false;
    return parse_all(arguments, argc, argv, err);
}

static const char *placeholder(const fc_option *option)
{
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_CHANNEL:
        return " N";
    case FC_OPTION_REAL:
        return " X";
    case FC_OPTION_BACKGROUND:
        return " COLOUR|WORD";
    case FC_OPTION_BOX:
        return " X,Y,W,H";
    case FC_OPTION_PRESET:
        return " NAME";
    case FC_OPTION_CHOICE:
        return " WORD";
    case FC_OPTION_TEXT:
    case FC_OPTION_SECRET:
        return " TEXT";
    case FC_OPTION_BOOL:
        return "";
    }
    FC_ASSERT(!"unknown kind of option");
    return "";
}

static void add_text(char *text, size_t size, const char *part)
{
    const size_t length = strlen(text);
    (void)snprintf(text + length, size - length, "%s", part);
}

void fc_flag_spell(const fc_option *option, char *text, size_t size)
{
    FC_ASSERT(option != NULL);
    FC_ASSERT(size > 0);

    text[0] = '\0';
    const char *negatable =
        option->kind == FC_OPTION_BOOL && strcmp(option->initial, "true") == 0 ? "[no-]" : "";
    char part[FLAG_NAME_SIZE + 16];
    for (size_t i = 0; i < fc_aliases_count; i++) {
        const fc_alias *alias = &fc_aliases[i];
        const bool mine = strcmp(alias->option, option->name) == 0 && alias->second == NULL;
        if (mine && alias->letter != 0) {
            (void)snprintf(part, sizeof part, "-%c, ", alias->letter);
            add_text(text, size, part);
        }
        if (mine && alias->name != NULL) {
            (void)snprintf(part, sizeof part, "--%s%s, ", negatable, alias->name);
            add_text(text, size, part);
        }
    }
    (void)snprintf(part, sizeof part, "--%s%s", negatable, option->name);
    for (char *at = strchr(part, '_'); at != NULL; at = strchr(at, '_')) {
        *at = '-';
    }
    add_text(text, size, part);
    const bool named = option->kind == FC_OPTION_TEXT && option->unit != NULL;
    add_text(text, size, named ? " " : placeholder(option));
    add_text(text, size, named ? option->unit : "");
}
