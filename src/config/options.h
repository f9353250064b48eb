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

/** An opaque colour, or "no background at all" (then the channels say what a JPEG shows). */
typedef struct fc_colour {
    uint8_t red;
    uint8_t green;
    uint8_t blue;
    bool transparent;
} fc_colour;

/** Longest text value, with its final zero. */
#define FC_OPTION_TEXT_SIZE 1024

/** What is printed instead of a secret that is set. */
#define FC_SECRET_MASK "********"

/**
 * Value of a choice: the index of the word in the row's list. A list that ends in "#" also takes
 * a number from 1 to 100, stored as -number.
 */
typedef int32_t fc_choice;

typedef enum fc_option_kind {
    FC_OPTION_INT,
    FC_OPTION_REAL,
    FC_OPTION_BOOL,
    FC_OPTION_COLOUR,
    FC_OPTION_CHANNEL,
    FC_OPTION_CHOICE,
    FC_OPTION_TEXT,
    FC_OPTION_SECRET, /* a text that is never printed */
} fc_option_kind;

/** One row of an option table. */
typedef struct fc_option {
    const char *name;     /* field and form field: face_margin; the flag is --face-margin */
    const char *variable; /* without FACECRAFT_ */
    const char *initial;  /* default as text, as fc_option_set takes it */
    const char *choices;  /* "a|b|c" for a choice, else NULL */
    const char *unit;     /* NULL where there is none */
    const char *help;     /* one clause, capitalised, no full stop */
    double min;           /* numbers only */
    double max;
    size_t offset; /* of the value in its struct */
    fc_option_kind kind;
} fc_option;

/** One of the tables. */
typedef struct fc_options {
    const fc_option *rows;
    size_t count;
} fc_options;

/** What one portrait may ask for. The only options that the pipeline ever sees. */
typedef struct fc_params {
#define FC_INT(field, variable, initial, min, max, unit, help) int32_t field;
#define FC_REAL(field, variable, initial, min, max, unit, help) double field;
#define FC_BOOL(field, variable, initial, help) bool field;
#define FC_COLOUR(field, variable, initial, help) fc_colour field;
#define FC_CHANNEL(field, variable, colour, channel, help)
#define FC_CHOICE(field, variable, initial, choices, help) fc_choice field;
#include "config/params.def"
#undef FC_INT
#undef FC_REAL
#undef FC_BOOL
#undef FC_COLOUR
#undef FC_CHANNEL
#undef FC_CHOICE
} fc_params;

#define FC_INT(field, variable, initial, min, max, unit, help) int32_t field;
#define FC_BOOL(field, variable, initial, help) bool field;
#define FC_CHOICE(field, variable, initial, choices, help) fc_choice field;
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

/* Values of the choices, in the order of their lists in the tables. Those of log_level are the
 * levels of base/log.h, and CRITICAL after them. */
enum { FC_FACE_LARGEST, FC_FACE_CENTRE, FC_FACE_LEFT, FC_FACE_RIGHT, FC_FACE_ALL };
enum { FC_MATTE_AUTO, FC_MATTE_SELFIE, FC_MATTE_U2NET };
enum { FC_LANDMARKS_AUTO, FC_LANDMARKS_MESH, FC_LANDMARKS_DLIB };
enum { FC_MATTE_FAST, FC_MATTE_FINE };
enum { FC_RESTORE_AUTO, FC_RESTORE_ALWAYS };
enum { FC_ENHANCE_OFF, FC_ENHANCE_NATURAL, FC_ENHANCE_STRONG };
enum { FC_RUN_BY_AUTO, FC_RUN_BY_CPU, FC_RUN_BY_OPENVINO, FC_RUN_BY_CUDA };
enum { FC_LOG_AS_TEXT, FC_LOG_AS_JSON };
enum { FC_FETCH_OFF, FC_FETCH_HTTPS, FC_FETCH_HTTP };

/** The tables, for help, documentation and OpenAPI. */
fc_options fc_params_options(void);
fc_options fc_settings_options(void);
fc_options fc_server_options(void);

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

/** Write the current value as text that fc_option_set takes back, but FC_SECRET_MASK for a secret.
 *  Cut at `size` bytes. */
void fc_option_print(const fc_option *option, const void *target, char *text, size_t size);

/**
 * Take the FACECRAFT_* variables of the environment into both structs.
 *
 * Errors: FC_INVALID_ARGUMENT naming the variable.
 */
FC_MUST_CHECK fc_status fc_options_from_environment(fc_params *params, fc_settings *settings,
                                                    fc_error *err);

/** The same for the settings of the HTTP service. */
FC_MUST_CHECK fc_status fc_server_settings_from_environment(fc_server_settings *server,
                                                            fc_error *err);
