/**
 * Form: reads the fields of a request (multipart body, JSON body or query) into the options of a
 * portrait. Rows of config/params.def are fields; the rows here are those of the service alone.
 * Unknown fields are ignored, and so are empty ones, as FastAPI does with forms.
 *
 * One thread at a time.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "config/options.h"
#include "report/schema.h"

/* Values of the field `format`. */
#define FC_FORM_FORMATS(WORD)                                                                      \
    WORD(FC_FORM_JSON, "json")                                                                     \
    WORD(FC_FORM_PNG, "png")                                                                       \
    WORD(FC_FORM_JPEG, "jpg")                                                                      \
    WORD(FC_FORM_WEBP, "webp")
enum { FC_FORM_FORMATS(FC_WORD_CONSTANT) };

/* Values of the field `lang`: languages of fc_advice_languages. */
#define FC_FORM_LANGUAGES(WORD)                                                                    \
    WORD(FC_FORM_AUTO, "auto")                                                                     \
    WORD(FC_FORM_EN, "en")                                                                         \
    WORD(FC_FORM_AR, "ar")                                                                         \
    WORD(FC_FORM_DE, "de")                                                                         \
    WORD(FC_FORM_ES, "es")                                                                         \
    WORD(FC_FORM_FR, "fr")                                                                         \
    WORD(FC_FORM_JA, "ja")                                                                         \
    WORD(FC_FORM_ZH, "zh")
enum { FC_FORM_LANGUAGES(FC_WORD_CONSTANT) };

typedef struct fc_form {
    fc_params params;
    bool return_base64;
    fc_choice format;                       /* FC_FORM_... */
    char callback_url[FC_OPTION_TEXT_SIZE]; /* or "" */
    fc_choice lang;                         /* FC_FORM_..., of the check's advice */
    int32_t size;                           /* of /process/quick: width and height */
    double preview;                         /* of /render: share of both */
    char sheet[FC_OPTION_TEXT_SIZE];        /* of /render: paper to print on, or "" */
} fc_form;

/** The fields that are no row of params.def; offsets are into fc_form. */
fc_options fc_form_options(void);

/** The language of advice: "en" and so on; English for FC_FORM_AUTO. */
const char *fc_form_language(const fc_form *form);

/** Where the field does not say: the first that a client accepts and we have. The header may be
 *  NULL. */
void fc_form_take_language(fc_form *form, const char *accept_language);

/** Every field at its default; those of the portrait at the service's own. */
fc_form fc_form_start(const fc_params *defaults);

/**
 * Take one field.
 *
 * place      where it came from, for the client: "body" or "query"
 * problems   a list; a value that is not allowed is appended to it in the shape of FastAPI's
 *            validation errors, and leaves the form as it was
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_form_set(fc_form *form, const char *place, const char *name,
                                    const char *value, json_t *problems, fc_error *err);

/** The same for a row of another table, whose values are in `target`. */
FC_MUST_CHECK fc_status fc_form_set_row(const fc_option *option, void *target, const char *place,
                                        const char *value, json_t *problems, fc_error *err);

/** Append "Field required"; `place` as in fc_form_set. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_form_miss(const char *place, const char *name, json_t *problems,
                                     fc_error *err);

/** Append "Expected a file", for a field that came as a text. The text is not repeated: it may be a
 *  picture. Errors: FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_form_expect_file(const char *place, const char *name, json_t *problems,
                                            fc_error *err);

/* ---- form as text ---------------------------------------------------------------------------- */

/* Form as text: one line "name=value" for each field, to be read by this process or a later one.
 * Any thread, each form by one at a time. */

/** Bytes of such a text. */
#define FC_FORM_TEXT_BYTES_MAX ((size_t)64 << 10)

/** Append the text. Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED. */
FC_MUST_CHECK fc_status fc_form_write_text(const fc_form *form, fc_buffer *out, fc_error *err);

/**
 * Read it into a form that has its defaults. An unknown field is left out, a missing one keeps its
 * default.
 *
 * Errors: FC_INVALID_ARGUMENT for a line without "=", or a value that is not allowed.
 */
FC_MUST_CHECK fc_status fc_form_read_text(const char *text, fc_form *form, fc_error *err);

/** Schema of FieldProblem: what a field has wrong. */
extern const fc_schema fc_form_schemas[];
