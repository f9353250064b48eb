/**
 * Options: the tables of config/ as data, with one parser for flags, variables and form fields.
 *
 * Structs start from their defaults and are changed by name; a refused value changes nothing.
 * Reading is for any thread; a struct is filled by one thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/background.h"

/** Longest text value, with its final zero. */
#define FC_OPTION_TEXT_SIZE 1024

/** Printed instead of a secret that is set. */
#define FC_SECRET_MASK "********"

/**
 * Value of a choice: the constant that stands with its word in the row, from 0 in the row's order.
 * A row that ends in FC_NUMBER also takes a number from 1 to 100, stored as -number.
 */
typedef int32_t fc_choice;

/**
 * Words of a choice outside the tables: #define WORDS(WORD) WORD(CONSTANT, "word") WORD(...) makes
 * enum { WORDS(FC_WORD_CONSTANT) } and .choices = FC_WORD_LIST(WORDS).
 */
#define FC_WORD_CONSTANT(constant, word) constant,
#define FC_WORD_TEXT(constant, word) "|" word
#define FC_WORD_LIST(words) (&words(FC_WORD_TEXT)[1])

typedef enum fc_option_kind {
    FC_OPTION_INT,
    FC_OPTION_REAL,
    FC_OPTION_BOOL,
    FC_OPTION_BACKGROUND,
    FC_OPTION_CHANNEL,
    FC_OPTION_CHOICE,
    FC_OPTION_BOX,
    FC_OPTION_PRESET, /* sets other options as well, so it is taken first */
    FC_OPTION_TEXT,
    FC_OPTION_SECRET, /* a text that is never printed */
} fc_option_kind;

/**
 * The first step of the work that depends on the option; results of earlier steps can be kept.
 * Columns of config/params.def.
 */
typedef enum fc_option_affects {
    FC_AFFECTS_NOTHING, /* options of the program: they are constant */
    FC_AFFECTS_DETECT,  /* which faces become portraits; nothing that is kept of a face */
    FC_AFFECTS_MATTE,   /* the person on the canvas: frame, enhancement, matte */
    FC_AFFECTS_COMPOSE, /* how the person is laid on the background */
    FC_AFFECTS_ENCODE,  /* the file alone */
} fc_option_affects;

/** A box in parts of a photo's width and height, within 0..1; all 0 where there is none. */
typedef struct fc_part_box {
    double x;
    double y;
    double width;
    double height;
} fc_part_box;

/** What a box is written as. */
#define FC_BOX_FORMS "none, or x,y,width,height from 0 to 1, within the photo"

/** One row of an option table. */
typedef struct fc_option {
    const char *name;     /* field and form field: face_margin; the flag is --face-margin */
    const char *variable; /* without FACECRAFT_ */
    const char *initial;  /* default as text, as fc_option_set takes it */
    const char *choices;  /* "a|b|c" for a choice, "a|b|#" with FC_NUMBER, else NULL */
    const char *unit;     /* NULL where there is none */
    const char *help;     /* one clause, capitalised, no full stop */
    double min;           /* numbers only */
    double max;
    size_t offset; /* of the value in its struct */
    fc_option_kind kind;
    fc_option_affects affects;
} fc_option;

/** One of the tables. */
typedef struct fc_options {
    const fc_option *rows;
    size_t count;
} fc_options;

/** Whether a box is given. */
static inline bool fc_part_box_is_given(fc_part_box box)
{
    return box.width > 0;
}

/** What one portrait may ask for. The only options that the pipeline ever sees. */
typedef struct fc_params {
#define FC_INT(field, affects, variable, initial, min, max, unit, help) int32_t field;
#define FC_REAL(field, affects, variable, initial, min, max, unit, help) double field;
#define FC_BOOL(field, affects, variable, initial, help) bool field;
#define FC_BACKGROUND(field, affects, variable, initial, help) fc_background field;
#define FC_CHANNEL(field, affects, variable, colour, channel, help)
#define FC_CHOICE(field, affects, variable, initial, words, help) fc_choice field;
#define FC_BOX(field, affects, variable, initial, help) fc_part_box field;
#define FC_PRESET(field, affects, variable, initial, help) int32_t field;
#include "config/params.def"
#undef FC_INT
#undef FC_REAL
#undef FC_BOOL
#undef FC_BACKGROUND
#undef FC_CHANNEL
#undef FC_CHOICE
#undef FC_BOX
#undef FC_PRESET
} fc_params;

#define FC_INT(field, variable, initial, min, max, unit, help) int32_t field;
#define FC_BOOL(field, variable, initial, help) bool field;
#define FC_CHOICE(field, variable, initial, words, help) fc_choice field;
#define FC_TEXT(field, variable, initial, help) char field[FC_OPTION_TEXT_SIZE];
#define FC_SECRET(field, variable, initial, help) char field[FC_OPTION_TEXT_SIZE];

/** How the program runs. Constant after start. */
typedef struct fc_settings {
#include "config/settings.def"
} fc_settings;

/** How the HTTP service runs. Constant after start, but for what a reload replaces. */
typedef struct fc_server_settings {
#include "config/server.def"
} fc_server_settings;

#undef FC_INT
#undef FC_BOOL
#undef FC_CHOICE
#undef FC_TEXT
#undef FC_SECRET

/* The values of the choices: FC_WORD(FC_MATTE_AUTO, "auto") makes the constant and the word. */
#define FC_WORD(constant, word) constant,
#define FC_NUMBER
#define FC_INT(...)
#define FC_REAL(...)
#define FC_BOOL(...)
#define FC_BACKGROUND(...)
#define FC_CHANNEL(...)
#define FC_BOX(...)
#define FC_PRESET(...)
#define FC_TEXT(...)
#define FC_SECRET(...)

#define FC_CHOICE(field, affects, variable, initial, words, help) enum { words };
#include "config/params.def"
#undef FC_CHOICE

#define FC_CHOICE(field, variable, initial, words, help) enum { words };
#include "config/server.def"
#include "config/settings.def"
#undef FC_CHOICE

#undef FC_WORD
#undef FC_NUMBER
#undef FC_INT
#undef FC_REAL
#undef FC_BOOL
#undef FC_BACKGROUND
#undef FC_CHANNEL
#undef FC_BOX
#undef FC_PRESET
#undef FC_TEXT
#undef FC_SECRET

/** The tables, for help, documentation and OpenAPI. */
fc_options fc_params_options(void);
fc_options fc_settings_options(void);
fc_options fc_server_options(void);

/** Whether all params with this `affects` are equal in both. */
bool fc_params_match(const fc_params *a, const fc_params *b, fc_option_affects affects);

/** Apply `plain` to the other options: the photo as it is, only framed. Call it once all are set.
 */
void fc_params_settle(fc_params *params);

/** Refuse options that each are allowed and together are not, before any work. Errors:
 *  FC_INVALID_ARGUMENT. */
FC_MUST_CHECK fc_status fc_params_check(const fc_params *params, fc_error *err);

/** Every option at its default. */
fc_params fc_params_default(void);
fc_settings fc_settings_default(void);
fc_server_settings fc_server_settings_default(void);

/** Set each value of `target` to the default of its row. */
void fc_options_set_defaults(fc_options options, void *target);

/** Row of a name as in the table, or NULL. A "-" in the name counts as "_". */
const fc_option *fc_option_lookup(fc_options options, const char *name);

/**
 * Set one value from text.
 *
 * option   a row of the table that belongs to `target`
 * target   the fc_params, fc_settings or fc_server_settings
 *
 * Errors: FC_INVALID_ARGUMENT, with what was found and what is allowed; then unchanged.
 */
FC_MUST_CHECK fc_status fc_option_set(const fc_option *option, void *target, const char *text,
                                      fc_error *err);

/** Write the current value as text that fc_option_set can read; FC_SECRET_MASK for a secret. Cut at
 *  `size` bytes. */
void fc_option_print(const fc_option *option, const void *target, char *text, size_t size);

/** Whether an option has the same value in both structs. */
bool fc_option_equal(const fc_option *option, const void *a, const void *b);

/* ---- presets --------------------------------------------------------------------------------- */

/**
 * Set the options that a preset determines.
 *
 * number   as config/presets.h has it; 0 gives them back their defaults. The one that is set
 *          already changes nothing, so that options chosen with it stay
 */
void fc_params_select_preset(fc_params *params, int32_t number);

/** Options that a preset sets. */
#define FC_PRESET_OPTIONS_MAX 12

/** Which of them have another value than their preset's. `changed` has room for all. */
size_t fc_params_preset_changes(const fc_params *params, const fc_option **changed);
