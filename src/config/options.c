#define _GNU_SOURCE /* secure_getenv */
#include "config/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

#define TEXT(value) #value

/* The words of a choice as one text, "auto|selfie|u2net". */
#define FC_WORD(constant, word) "|" word
#define FC_NUMBER "|#"
#define JOINED(words) (&words[1])

/* What every row has; ROW_OF adds the column that only params.def has. */
#define ROW(type, field, is_kind, is_variable, is_initial, is_help)                                \
    .name = #field, .variable = (is_variable), .initial = (is_initial), .help = (is_help),         \
    .offset = offsetof(type, field), .kind = (is_kind)
#define ROW_OF(field, is_affects, is_kind, is_variable, is_initial, is_help)                       \
    ROW(fc_params, field, is_kind, is_variable, is_initial, is_help),                              \
        .affects = FC_AFFECTS_##is_affects

#define FC_INT(field, affects, variable, initial, low, high, is_unit, help)                        \
    { ROW_OF(field, affects, FC_OPTION_INT, variable, TEXT(initial), help), .unit = (is_unit),     \
      .min = (low), .max = (high) },
#define FC_REAL(field, affects, variable, initial, low, high, is_unit, help)                       \
    { ROW_OF(field, affects, FC_OPTION_REAL, variable, TEXT(initial), help), .unit = (is_unit),    \
      .min = (low), .max = (high) },
#define FC_BOOL(field, affects, variable, initial, help)                                           \
    { ROW_OF(field, affects, FC_OPTION_BOOL, variable, #initial, help), .max = 1 },
#define FC_BACKGROUND(field, affects, variable, initial, help)                                     \
    { ROW_OF(field, affects, FC_OPTION_BACKGROUND, variable, initial, help) },
#define FC_PRESET(field, affects, variable, initial, help)                                         \
    { ROW_OF(field, affects, FC_OPTION_PRESET, variable, initial, help) },
/* A channel row has no field of its own: it points into the colour that it names. */
#define FC_CHANNEL(field, is_affects, is_variable, colour, channel, is_help)                       \
    { .name = #field,                                                                              \
      .variable = (is_variable),                                                                   \
      .initial = "240",                                                                            \
      .help = (is_help),                                                                           \
      .unit = "level",                                                                             \
      .max = 255,                                                                                  \
      .offset = offsetof(fc_params, colour.channel),                                               \
      .kind = FC_OPTION_CHANNEL,                                                                   \
      .affects = FC_AFFECTS_##is_affects },
#define FC_CHOICE(field, affects, variable, initial, words, help)                                  \
    { ROW_OF(field, affects, FC_OPTION_CHOICE, variable, initial, help), .choices = JOINED(words), \
      .max = FC_FACES_MAX },

static const fc_option PARAMS[] = {
#include "config/params.def"
#undef FC_INT
#undef FC_REAL
#undef FC_BOOL
#undef FC_BACKGROUND
#undef FC_CHANNEL
#undef FC_CHOICE
#undef FC_PRESET
};

#define FC_INT(field, variable, initial, low, high, is_unit, help)                                 \
    { ROW(TABLE_OF, field, FC_OPTION_INT, variable, TEXT(initial), help), .unit = (is_unit),       \
      .min = (low), .max = (high) },
#define FC_BOOL(field, variable, initial, help)                                                    \
    { ROW(TABLE_OF, field, FC_OPTION_BOOL, variable, #initial, help), .max = 1 },
#define FC_CHOICE(field, variable, initial, words, help)                                           \
    { ROW(TABLE_OF, field, FC_OPTION_CHOICE, variable, initial, help), .choices = JOINED(words) },
#define FC_TEXT(field, variable, initial, help)                                                    \
    { ROW(TABLE_OF, field, FC_OPTION_TEXT, variable, initial, help) },
#define FC_SECRET(field, variable, initial, help)                                                  \
    { ROW(TABLE_OF, field, FC_OPTION_SECRET, variable, initial, help) },

#define TABLE_OF fc_settings
static const fc_option SETTINGS[] = {
#include "config/settings.def"
};
#undef TABLE_OF

#define TABLE_OF fc_server_settings
static const fc_option SERVER[] = {
#include "config/server.def"
};
#undef TABLE_OF

#undef FC_INT
#undef FC_BOOL
#undef FC_CHOICE
#undef FC_TEXT
#undef FC_SECRET
#undef FC_WORD
#undef FC_NUMBER

fc_options fc_params_options(void)
{
    return (fc_options){ PARAMS, sizeof PARAMS / sizeof PARAMS[0] };
}

fc_options fc_settings_options(void)
{
    return (fc_options){ SETTINGS, sizeof SETTINGS / sizeof SETTINGS[0] };
}

fc_options fc_server_options(void)
{
    return (fc_options){ SERVER, sizeof SERVER / sizeof SERVER[0] };
}

void fc_options_set_defaults(fc_options options, void *target)
{
    for (size_t i = 0; i < options.count; i++) {
        if (options.rows[i].kind != FC_OPTION_CHANNEL) { /* its colour row has set it already */
            const fc_status status =
                fc_option_set(&options.rows[i], target, options.rows[i].initial, NULL);
            FC_ASSERT(status == FC_OK);
        }
    }
}

bool fc_params_match(const fc_params *a, const fc_params *b, fc_option_affects affects)
{
    FC_ASSERT(a != NULL && b != NULL);
    for (size_t i = 0; i < sizeof PARAMS / sizeof PARAMS[0]; i++) {
        if (PARAMS[i].affects == affects && !fc_option_equal(&PARAMS[i], a, b)) {
            return false;
        }
    }
    return true;
}

void fc_params_settle(fc_params *params)
{
    FC_ASSERT(params != NULL);
    if (params->plain) {
        params->background = fc_background_of(FC_BACKGROUND_KEEP);
        params->use_oval_mask = false;
        params->enhance_photo = FC_ENHANCE_OFF;
        params->enhance_face = false;
    }
}

fc_params fc_params_default(void)
{
    fc_params params = { 0 };
    fc_options_set_defaults(fc_params_options(), &params);
    return params;
}

fc_settings fc_settings_default(void)
{
    fc_settings settings = { 0 };
    fc_options_set_defaults(fc_settings_options(), &settings);
    return settings;
}

fc_server_settings fc_server_settings_default(void)
{
    fc_server_settings server = { 0 };
    fc_options_set_defaults(fc_server_options(), &server);
    return server;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) {
            return false;
        }
    }
    return *a == *b;
}

const fc_option *fc_option_lookup(fc_options options, const char *name)
{
    FC_ASSERT(name != NULL);
    for (size_t i = 0; i < options.count; i++) {
        if (same_name(options.rows[i].name, name)) {
            return &options.rows[i];
        }
    }
    return NULL;
}

static fc_status take_variables(fc_options options, void *target, fc_error *err)
{
    for (size_t i = 0; i < options.count; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "FACECRAFT_%s", options.rows[i].variable);
        const char *text = secure_getenv(name);
        fc_error why = { 0 };
        if (text != NULL && fc_option_set(&options.rows[i], target, text, &why) != FC_OK) {
            return fc_fail(err, why.status, "%s: %.180s", name, why.text);
        }
    }
    return FC_OK;
}

fc_status fc_options_from_environment(fc_params *params, fc_settings *settings, fc_error *err)
{
    FC_TRY(take_variables(fc_params_options(), params, err));
    return take_variables(fc_settings_options(), settings, err);
}

fc_status fc_server_settings_from_environment(fc_server_settings *server, fc_error *err)
{
    return take_variables(fc_server_options(), server, err);
}
