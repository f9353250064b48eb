#define _GNU_SOURCE /* secure_getenv */
#include "config/options.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/number.h"

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

static void set_defaults(fc_options options, void *target)
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
    set_defaults(fc_params_options(), &params);
    return params;
}

fc_settings fc_settings_default(void)
{
    fc_settings settings = { 0 };
    set_defaults(fc_settings_options(), &settings);
    return settings;
}

fc_server_settings fc_server_settings_default(void)
{
    fc_server_settings server = { 0 };
    set_defaults(fc_server_options(), &server);
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

static fc_status refuse(fc_error *err, const fc_option *option, const char *text,
                        const char *allowed)
{
    return fc_fail(err, FC_INVALID_ARGUMENT, "%s is \"%.60s\", allowed: %s", option->name, text,
                   allowed);
}

static fc_status refuse_number(fc_error *err, const fc_option *option, const char *text)
{
    char allowed[96];
    (void)snprintf(allowed, sizeof allowed, "%s from %g to %g",
                   option->kind == FC_OPTION_REAL ? "a number" : "a whole number", option->min,
                   option->max);
    return refuse(err, option, text, allowed);
}

static bool parse_ranged(const fc_option *option, const char *text, int64_t *value)
{
    return fc_parse_integer(text, value) && (double)*value >= option->min &&
           (double)*value <= option->max;
}

static bool parse_hex_colour(const char *text, fc_colour *colour)
{
    if (strlen(text) != 6 || strspn(text, "0123456789abcdefABCDEF") != 6) {
        return false;
    }
    const unsigned long value = strtoul(text, NULL, 16);
    *colour = (fc_colour){ (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value, false };
    return true;
}

static bool parse_decimal_colour(const char *text, fc_colour *colour)
{
    uint8_t channels[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        char part[8] = "";
        const size_t length = strcspn(text, ",");
        int64_t value = 0;
        if (length >= sizeof part) {
            return false;
        }
        memcpy(part, text, length);
        if (!fc_parse_integer(part, &value) || value < 0 || value > 255 ||
            (text[length] == ',') != (i < 2)) {
            return false;
        }
        channels[i] = (uint8_t)value;
        text += length + (i < 2 ? 1 : 0);
    }
    *colour = (fc_colour){ channels[0], channels[1], channels[2], false };
    return true;
}

static bool parse_colour(const char *text, fc_colour *colour)
{
    if (strcmp(text, "transparent") == 0) {
        *colour = (fc_colour){ 255, 255, 255, true }; /* a JPEG of it stands on white */
        return true;
    }
    return text[0] == '#' ? parse_hex_colour(text + 1, colour) : parse_decimal_colour(text, colour);
}

static bool parse_choice(const fc_option *option, const char *text, fc_choice *choice)
{
    int64_t number = 0;
    fc_choice index = 0;
    for (const char *word = option->choices; *word != '\0'; index++) {
        const size_t length = strcspn(word, "|");
        if (length == strlen(text) && strncasecmp(word, text, length) == 0 && *word != '#') {
            *choice = index;
            return true;
        }
        if (*word == '#' && parse_ranged(option, text, &number) && number >= 1) {
            *choice = (fc_choice)-number;
            return true;
        }
        word += length + (word[length] == '|' ? 1 : 0);
    }
    return false;
}

fc_status fc_option_set(const fc_option *option, void *target, const char *text, fc_error *err)
{
    FC_ASSERT(option != NULL);
    FC_ASSERT(target != NULL);
    FC_ASSERT(text != NULL);

    void *value = (char *)target + option->offset;
    int64_t integer = 0;
    switch (option->kind) {
    case FC_OPTION_INT:
        if (!parse_ranged(option, text, &integer)) {
            return refuse_number(err, option, text);
        }
        *(int32_t *)value = (int32_t)integer;
        return FC_OK;
    case FC_OPTION_CHANNEL:
        if (!parse_ranged(option, text, &integer)) {
            return refuse_number(err, option, text);
        }
        *(uint8_t *)value = (uint8_t)integer;
        return FC_OK;
    case FC_OPTION_REAL: {
        double real = 0;
        if (!fc_parse_real(text, &real) || real < option->min || real > option->max) {
            return refuse_number(err, option, text);
        }
        *(double *)value = real;
        return FC_OK;
    }
    case FC_OPTION_BOOL:
        return fc_parse_bool(text, value) ? FC_OK : refuse(err, option, text, "true or false");
    case FC_OPTION_COLOUR:
        return parse_colour(text, value)
                   ? FC_OK
                   : refuse(err, option, text, "#rrggbb, r,g,b (0..255 each) or transparent");
    case FC_OPTION_CHOICE:
        return parse_choice(option, text, value) ? FC_OK
                                                 : refuse(err, option, text, option->choices);
    case FC_OPTION_SECRET: /* a text that a message must not repeat */
        if (strlen(text) >= FC_OPTION_TEXT_SIZE) {
            return refuse(err, option, FC_SECRET_MASK, "at most 1023 bytes");
        }
        memcpy(value, text, strlen(text) + 1);
        return FC_OK;
    case FC_OPTION_TEXT:
        if (strlen(text) >= FC_OPTION_TEXT_SIZE) {
            return refuse(err, option, text, "at most 1023 bytes");
        }
        memcpy(value, text, strlen(text) + 1);
        return FC_OK;
    }
    FC_ASSERT(!"unknown kind of option");
    return FC_INVALID_ARGUMENT;
}

static void print_choice(const fc_option *option, fc_choice choice, char *text, size_t size)
{
    if (choice < 0) {
        (void)snprintf(text, size, "%d", -choice);
        return;
    }
    const char *word = option->choices;
    for (fc_choice i = 0; i < choice; i++) {
        word += strcspn(word, "|") + 1;
    }
    (void)snprintf(text, size, "%.*s", (int)strcspn(word, "|"), word);
}

static void print_colour(fc_colour colour, char *text, size_t size)
{
    if (colour.transparent) {
        (void)snprintf(text, size, "transparent");
    } else {
        (void)snprintf(text, size, "#%02x%02x%02x", colour.red, colour.green, colour.blue);
    }
}

void fc_option_print(const fc_option *option, const void *target, char *text, size_t size)
{
    FC_ASSERT(option != NULL);
    FC_ASSERT(size > 0);

    const void *value = (const char *)target + option->offset;
    switch (option->kind) {
    case FC_OPTION_INT:
        (void)snprintf(text, size, "%" PRId32, *(const int32_t *)value);
        return;
    case FC_OPTION_CHANNEL:
        (void)snprintf(text, size, "%d", *(const uint8_t *)value);
        return;
    case FC_OPTION_REAL:
        (void)snprintf(text, size, "%.10g", *(const double *)value);
        return;
    case FC_OPTION_BOOL:
        (void)snprintf(text, size, "%s", *(const bool *)value ? "true" : "false");
        return;
    case FC_OPTION_COLOUR:
        print_colour(*(const fc_colour *)value, text, size);
        return;
    case FC_OPTION_CHOICE:
        print_choice(option, *(const fc_choice *)value, text, size);
        return;
    case FC_OPTION_SECRET:
        (void)snprintf(text, size, "%s", *(const char *)value != '\0' ? FC_SECRET_MASK : "");
        return;
    case FC_OPTION_TEXT:
        (void)snprintf(text, size, "%s", (const char *)value);
        return;
    }
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
