#include "config/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/number.h"
#include "config/presets.h"

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
#define FC_BOX(field, affects, variable, initial, help)                                            \
    { ROW_OF(field, affects, FC_OPTION_BOX, variable, initial, help) },
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
#undef FC_BOX
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

/* ---- values from text and back to it, for flags, variables and form fields alike ------------- */

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

static fc_status set_preset(const char *text, fc_params *params, fc_error *err)
{
    const int32_t number = fc_preset_number(text);
    if (number < 0) {
        char nearest[128];
        fc_preset_nearest(text, nearest, sizeof nearest);
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "preset is \"%.60s\"; the nearest are %s; `facecraft presets` lists all, "
                       "`facecraft presets country DE` those of a country",
                       text, nearest);
    }
    fc_params_select_preset(params, number);
    return FC_OK;
}

/* Sides below this hold no face, whatever the photo. */
#define BOX_SIDE_MIN 0.002

/* One of four numbers 0..1 and what ends it. */
static bool parse_part(const char **text, char end, double *out)
{
    char number[32];
    const size_t length = strcspn(*text, ",");
    if (length >= sizeof number || (*text)[length] != end) {
        return false;
    }
    memcpy(number, *text, length);
    number[length] = '\0';
    *text += length + (end == ',' ? 1 : 0);
    return fc_parse_real(number, out) && *out >= 0 && *out <= 1;
}

static bool parse_box(const char *text, fc_part_box *box)
{
    fc_part_box read = { 0 };
    if (strcasecmp(text, "none") != 0) {
        if (!parse_part(&text, ',', &read.x) || !parse_part(&text, ',', &read.y) ||
            !parse_part(&text, ',', &read.width) || !parse_part(&text, '\0', &read.height)) {
            return false;
        }
        const double rounding = 1e-6;
        if (read.width < BOX_SIDE_MIN || read.height < BOX_SIDE_MIN ||
            read.x + read.width > 1 + rounding || read.y + read.height > 1 + rounding) {
            return false;
        }
    }
    *box = read;
    return true;
}

static void print_box(fc_part_box box, char *text, size_t size)
{
    if (!fc_part_box_is_given(box)) {
        (void)snprintf(text, size, "none");
        return;
    }
    (void)snprintf(text, size, "%.10g,%.10g,%.10g,%.10g", box.x, box.y, box.width, box.height);
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
    case FC_OPTION_BACKGROUND:
        return fc_background_parse(text, value) ? FC_OK
                                                : refuse(err, option, text, FC_BACKGROUND_FORMS);
    case FC_OPTION_CHOICE:
        return parse_choice(option, text, value) ? FC_OK
                                                 : refuse(err, option, text, option->choices);
    case FC_OPTION_BOX:
        return parse_box(text, value) ? FC_OK : refuse(err, option, text, FC_BOX_FORMS);
    case FC_OPTION_PRESET:
        return set_preset(text, target, err);
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
    case FC_OPTION_BACKGROUND:
        fc_background_print(value, text, size);
        return;
    case FC_OPTION_CHOICE:
        print_choice(option, *(const fc_choice *)value, text, size);
        return;
    case FC_OPTION_BOX:
        print_box(*(const fc_part_box *)value, text, size);
        return;
    case FC_OPTION_PRESET: {
        const fc_preset *preset = fc_preset_at(*(const int32_t *)value);
        (void)snprintf(text, size, "%s", preset != NULL ? preset->name : FC_PRESET_NONE);
        return;
    }
    case FC_OPTION_SECRET:
        (void)snprintf(text, size, "%s", *(const char *)value != '\0' ? FC_SECRET_MASK : "");
        return;
    case FC_OPTION_TEXT:
        (void)snprintf(text, size, "%s", (const char *)value);
        return;
    }
}

bool fc_option_equal(const fc_option *option, const void *a, const void *b)
{
    FC_ASSERT(option != NULL && a != NULL && b != NULL);

    const void *left = (const char *)a + option->offset;
    const void *right = (const char *)b + option->offset;
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_CHOICE:
    case FC_OPTION_PRESET:
        return *(const int32_t *)left == *(const int32_t *)right;
    case FC_OPTION_CHANNEL:
        return *(const uint8_t *)left == *(const uint8_t *)right;
    case FC_OPTION_REAL:
        return *(const double *)left == *(const double *)right;
    case FC_OPTION_BOOL:
        return *(const bool *)left == *(const bool *)right;
    case FC_OPTION_BACKGROUND:
        return fc_background_equal(left, right);
    case FC_OPTION_BOX: {
        const fc_part_box *one = left;
        const fc_part_box *other = right;
        return one->x == other->x && one->y == other->y && one->width == other->width &&
               one->height == other->height;
    }
    case FC_OPTION_SECRET:
    case FC_OPTION_TEXT:
        return strcmp(left, right) == 0;
    }
    FC_ASSERT(!"unknown kind of option");
    return false;
}

/* ---- whole sets of values -------------------------------------------------------------------- */

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

fc_status fc_params_check(const fc_params *params, fc_error *err)
{
    FC_ASSERT(params != NULL);
    return params->max_jpeg_kb > 0 && params->min_jpeg_kb > params->max_jpeg_kb
               ? fc_fail(err, FC_INVALID_ARGUMENT,
                         "min_jpeg_kb is %d, allowed: at most max_jpeg_kb, which is %d",
                         params->min_jpeg_kb, params->max_jpeg_kb)
               : FC_OK;
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

/* ---- presets --------------------------------------------------------------------------------- */

/* What a preset has a say in. */
static const char *const SETS[] = { "width",         "height",       "background",  "use_oval_mask",
                                    "enhance_photo", "enhance_face", "max_jpeg_kb", "min_jpeg_kb",
                                    "dpi",           "grey" };
#define SETS_COUNT (sizeof SETS / sizeof SETS[0])
_Static_assert(SETS_COUNT <= FC_PRESET_OPTIONS_MAX, "no room for the changes");

static void reset(fc_params *params)
{
    for (size_t i = 0; i < SETS_COUNT; i++) {
        const fc_option *option = fc_option_lookup(fc_params_options(), SETS[i]);
        const fc_status status = fc_option_set(option, params, option->initial, NULL);
        FC_ASSERT(status == FC_OK);
    }
}

/* Restoring repaints a face: not in the picture of a document. */
static void apply(const fc_preset *preset, fc_params *params)
{
    const bool edited = preset->edits == FC_EDITS_FREE;
    const bool parsed = fc_background_parse(fc_preset_background(preset), &params->background);
    FC_ASSERT(parsed);
    params->width = preset->width;
    params->height = preset->height;
    params->use_oval_mask = false;
    params->enhance_photo = edited ? FC_ENHANCE_NATURAL : FC_ENHANCE_OFF;
    params->enhance_face = preset->confidence == FC_CONFIDENCE_OWN;
    params->max_jpeg_kb = preset->kb_max;
    params->min_jpeg_kb = preset->kb_min;
    params->dpi = preset->dpi;
    params->grey = preset->grey;
}

void fc_params_select_preset(fc_params *params, int32_t number)
{
    FC_ASSERT(params != NULL);
    if (params->preset == number) {
        return;
    }
    const fc_preset *preset = fc_preset_at(number);
    reset(params);
    if (preset != NULL) {
        apply(preset, params);
    }
    params->preset = number;
}

size_t fc_params_preset_changes(const fc_params *params, const fc_option **changed)
{
    FC_ASSERT(params != NULL);
    const fc_preset *preset = fc_preset_at(params->preset);
    size_t count = 0;
    if (preset == NULL) {
        return 0;
    }
    fc_params pure = *params;
    apply(preset, &pure);
    for (size_t i = 0; i < SETS_COUNT; i++) {
        const fc_option *option = fc_option_lookup(fc_params_options(), SETS[i]);
        if (!fc_option_equal(option, params, &pure)) {
            changed[count++] = option;
        }
    }
    return count;
}
