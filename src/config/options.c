#define _GNU_SOURCE /* secure_getenv */
#include "config/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

#define TEXT(value) #value

/* A channel row has no field of its own: it points into the colour that it names. */
static const fc_option PARAMS[] = {
#define FC_INT(field, variable, initial, min, max, unit, help)                                     \
    {                                                                                              \
        #field,       variable, TEXT(initial),                                                     \
        NULL,         unit,     help,                                                              \
        min,          max,      offsetof(fc_params, field),                                        \
        FC_OPTION_INT                                                                              \
    },
#define FC_REAL(field, variable, initial, min, max, unit, help)                                    \
    { #field,        variable, TEXT(initial),                                                      \
      NULL,          unit,     help,                                                               \
      min,           max,      offsetof(fc_params, field),                                         \
      FC_OPTION_REAL },
#define FC_BOOL(field, variable, initial, help)                                                    \
    {                                                                                              \
        #field,        variable, #initial, NULL, NULL, help, 0, 1, offsetof(fc_params, field),     \
        FC_OPTION_BOOL                                                                             \
    },
#define FC_COLOUR(field, variable, initial, help)                                                  \
    { #field,          variable, initial, NULL, NULL, help, 0, 0, offsetof(fc_params, field),      \
      FC_OPTION_COLOUR },
#define FC_CHANNEL(field, variable, colour, channel, help)                                         \
    { #field,                                                                                      \
      variable,                                                                                    \
      "240",                                                                                       \
      NULL,                                                                                        \
      "level",                                                                                     \
      help,                                                                                        \
      0,                                                                                           \
      255,                                                                                         \
      offsetof(fc_params, colour.channel),                                                         \
      FC_OPTION_CHANNEL },
#define FC_CHOICE(field, variable, initial, choices, help)                                         \
    { #field,                                                                                      \
      variable,                                                                                    \
      initial,                                                                                     \
      choices,                                                                                     \
      NULL,                                                                                        \
      help,                                                                                        \
      0,                                                                                           \
      FC_FACES_MAX,                                                                                \
      offsetof(fc_params, field),                                                                  \
      FC_OPTION_CHOICE },
#include "config/params.def"
#undef FC_INT
#undef FC_REAL
#undef FC_BOOL
#undef FC_COLOUR
#undef FC_CHANNEL
#undef FC_CHOICE
};

#define FC_INT(field, variable, initial, min, max, unit, help)                                     \
    {                                                                                              \
        #field,       variable, TEXT(initial),                                                     \
        NULL,         unit,     help,                                                              \
        min,          max,      offsetof(TABLE_OF, field),                                         \
        FC_OPTION_INT                                                                              \
    },
#define FC_BOOL(field, variable, initial, help)                                                    \
    {                                                                                              \
        #field,        variable, #initial, NULL, NULL, help, 0, 1, offsetof(TABLE_OF, field),      \
        FC_OPTION_BOOL                                                                             \
    },
#define FC_CHOICE(field, variable, initial, choices, help)                                         \
    { #field,          variable, initial, choices, NULL, help, 0, 0, offsetof(TABLE_OF, field),    \
      FC_OPTION_CHOICE },
#define FC_TEXT(field, variable, initial, help)                                                      \
    {                                                                                                \
        #field, variable, initial, NULL, NULL, help, 0, 0, offsetof(TABLE_OF, field), FC_OPTION_TEXT \
    },
#define FC_SECRET(field, variable, initial, help)                                                  \
    {                                                                                              \
        #field,          variable, initial, NULL, NULL, help, 0, 0, offsetof(TABLE_OF, field),     \
        FC_OPTION_SECRET                                                                           \
    },

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
