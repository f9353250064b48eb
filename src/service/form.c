#include "service/form.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/number.h"
#include "http/headers.h"
#include "report/json.h"

/* Pydantic's own words: clients show them, some look for the type. */
#define NOT_INTEGER "Input should be a valid integer, unable to parse string as an integer"
#define NOT_NUMBER "Input should be a valid number, unable to parse string as a number"
#define NOT_BOOLEAN "Input should be a valid boolean, unable to interpret input"

static const fc_schema_field FIELD_PROBLEM[] = {
    { "type", "string", NULL }, { "loc", "list of string", NULL }, { "msg", "string", NULL },
    { "input", "any", NULL },   { "ctx?", "any", NULL },           { 0 },
};

const fc_schema fc_form_schemas[] = {
    { "FieldProblem", FIELD_PROBLEM },
    { 0 },
};

static const fc_option ROWS[] = {
    { .name = "return_base64",
      .initial = "false",
      .help = "Put the pictures into the answer as well, in base64",
      .offset = offsetof(fc_form, return_base64),
      .kind = FC_OPTION_BOOL },
    { .name = "format",
      .initial = "json",
      .choices = FC_WORD_LIST(FC_FORM_FORMATS),
      .help = "What is answered: the facts, or the picture itself",
      .offset = offsetof(fc_form, format),
      .kind = FC_OPTION_CHOICE },
    { .name = "callback_url",
      .initial = "",
      .help = "Address that the end of a job is told to, with `Prefer: respond-async`; as "
              "docs/how-to/webhooks.md says, where the operator allows it",
      .offset = offsetof(fc_form, callback_url),
      .kind = FC_OPTION_TEXT },
    { .name = "lang",
      .initial = "auto",
      .choices = FC_WORD_LIST(FC_FORM_LANGUAGES),
      .help = "Language of the check's advice; auto: what `Accept-Language` asks for, or English",
      .offset = offsetof(fc_form, lang),
      .kind = FC_OPTION_CHOICE },
    { .name = "size",
      .initial = "648",
      .unit = "px",
      .help = "Width and height of the portrait",
      .min = 64,
      .max = 4096,
      .offset = offsetof(fc_form, size),
      .kind = FC_OPTION_INT },
    { .name = "preview",
      .initial = "1",
      .unit = "share",
      .help = "Share of the size that is rendered, for a quick look",
      .min = 0.1,
      .max = 1.0,
      .offset = offsetof(fc_form, preview),
      .kind = FC_OPTION_REAL },
    { .name = "sheet",
      .initial = "",
      .unit = "SIZE",
      .help = "Paper to print the portrait on, as often as it fits, with marks to cut along: A4, "
              "letter, 10x15cm; the answer is a PDF, or with format a JPEG or PNG. Its size is the "
              "preset's, or width and height at dpi",
      .offset = offsetof(fc_form, sheet),
      .kind = FC_OPTION_TEXT },
};

#define NAME(constant, word) [constant] = (word),
static const char *const LANGUAGES[] = { FC_FORM_LANGUAGES(NAME) };
#undef NAME

/* What is wrong with a value, in FastAPI's terms. `limit` is a name of its context, or NULL. */
typedef struct problem {
    const char *type;
    const char *limit;
    double bound;
    char text[FC_ERROR_TEXT_SIZE];
} problem;

fc_options fc_form_options(void)
{
    return (fc_options){ ROWS, sizeof ROWS / sizeof ROWS[0] };
}

const char *fc_form_language(const fc_form *form)
{
    FC_ASSERT(form != NULL && form->lang >= FC_FORM_AUTO && form->lang <= FC_FORM_ZH);
    return form->lang == FC_FORM_AUTO ? "en" : LANGUAGES[form->lang];
}

void fc_form_take_language(fc_form *form, const char *accept_language)
{
    FC_ASSERT(form != NULL);
    if (form->lang == FC_FORM_AUTO) {
        const size_t count = sizeof LANGUAGES / sizeof LANGUAGES[0] - 1;
        form->lang = FC_FORM_EN +
                     (fc_choice)fc_http_language(accept_language, &LANGUAGES[FC_FORM_EN], count);
    }
}

fc_form fc_form_start(const fc_params *defaults)
{
    fc_form form = { 0 };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const fc_status status = fc_option_set(&ROWS[i], &form, ROWS[i].initial, NULL);
        FC_ASSERT(status == FC_OK);
    }
    form.params = *defaults;
    return form;
}

static void describe_number(const fc_option *option, const char *value, problem *out)
{
    const bool whole = option->kind != FC_OPTION_REAL;
    int64_t integer = 0;
    double real = 0;
    if (whole && fc_parse_integer(value, &integer)) {
        real = (double)integer;
    } else if (whole || !fc_parse_real(value, &real)) {
        out->type = whole ? "int_parsing" : "float_parsing";
        (void)snprintf(out->text, sizeof out->text, "%s", whole ? NOT_INTEGER : NOT_NUMBER);
        return;
    }
    const bool below = real < option->min;
    out->type = below ? "greater_than_equal" : "less_than_equal";
    out->limit = below ? "ge" : "le";
    out->bound = below ? option->min : option->max;
    (void)snprintf(out->text, sizeof out->text, "Input should be %s than or equal to %g",
                   below ? "greater" : "less", out->bound);
}

static void describe(const fc_option *option, const char *value, const fc_error *why, problem *out)
{
    switch (option->kind) {
    case FC_OPTION_INT:
    case FC_OPTION_CHANNEL:
    case FC_OPTION_REAL:
        describe_number(option, value, out);
        return;
    case FC_OPTION_BOOL:
        out->type = "bool_parsing";
        (void)snprintf(out->text, sizeof out->text, "%s", NOT_BOOLEAN);
        return;
    case FC_OPTION_CHOICE:
        out->type = "enum";
        (void)snprintf(out->text, sizeof out->text, "Input should be one of %s", option->choices);
        return;
    case FC_OPTION_BACKGROUND:
    case FC_OPTION_BOX:
    case FC_OPTION_PRESET:
    case FC_OPTION_TEXT:
    case FC_OPTION_SECRET:
        out->type = "value_error";
        (void)snprintf(out->text, sizeof out->text, "%s", why->text);
        return;
    }
}

static fc_status append(json_t *problems, json_t *item, fc_error *err)
{
    if (json_array_append_new(problems, item) != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    return FC_OK;
}

static fc_status report(const char *place, const char *name, const char *value,
                        const problem *found, json_t *problems, fc_error *err)
{
    json_t *item = json_pack("{s:s, s:[s, s], s:s, s:o}", "type", found->type, "loc", place, name,
                             "msg", found->text, "input", fc_json_text(value));
    if (item != NULL && found->limit != NULL) {
        json_t *bound = found->bound == (double)(int64_t)found->bound
                            ? json_integer((json_int_t)found->bound)
                            : json_real(found->bound);
        if (json_object_set_new(item, "ctx", json_pack("{s:o}", found->limit, bound)) != 0) {
            json_decref(item);
            item = NULL;
        }
    }
    return append(problems, item, err);
}

fc_status fc_form_set_row(const fc_option *option, void *target, const char *place,
                          const char *value, json_t *problems, fc_error *err)
{
    FC_ASSERT(option != NULL && target != NULL && problems != NULL);
    fc_error why = { 0 };
    if (value[0] == '\0' || fc_option_set(option, target, value, &why) == FC_OK) {
        return FC_OK;
    }
    problem found = { 0 };
    describe(option, value, &why, &found);
    return report(place, option->name, value, &found, problems, err);
}

fc_status fc_form_set(fc_form *form, const char *place, const char *name, const char *value,
                      json_t *problems, fc_error *err)
{
    FC_ASSERT(form != NULL);
    FC_ASSERT(problems != NULL);

    void *target = &form->params;
    const fc_option *option = fc_option_lookup(fc_params_options(), name);
    if (option == NULL) {
        target = form;
        option = fc_option_lookup(fc_form_options(), name);
    }
    return option == NULL ? FC_OK : fc_form_set_row(option, target, place, value, problems, err);
}

fc_status fc_form_miss(const char *place, const char *name, json_t *problems, fc_error *err)
{
    FC_ASSERT(problems != NULL);
    return append(problems,
                  json_pack("{s:s, s:[s, s], s:s, s:n}", "type", "missing", "loc", place, name,
                            "msg", "Field required", "input"),
                  err);
}

fc_status fc_form_expect_file(const char *place, const char *name, json_t *problems, fc_error *err)
{
    FC_ASSERT(problems != NULL);
    return append(problems,
                  json_pack("{s:s, s:[s, s], s:s, s:n}", "type", "value_error", "loc", place, name,
                            "msg", "Expected a file, received a text", "input"),
                  err);
}

/* ---- form as text ---------------------------------------------------------------------------- */

static fc_status write_fields(fc_options options, const void *target, fc_buffer *out, fc_error *err)
{
    for (size_t i = 0; i < options.count; i++) {
        char value[FC_OPTION_TEXT_SIZE];
        fc_option_print(&options.rows[i], target, value, sizeof value);
        FC_ASSERT(strchr(value, '\n') == NULL); /* an address has none */
        FC_TRY(fc_buffer_print(out, err, "%s=%s\n", options.rows[i].name, value));
    }
    return FC_OK;
}

/* A colour comes before its channels, as in the table: what is see-through keeps them. */
fc_status fc_form_write_text(const fc_form *form, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(form != NULL);
    FC_ASSERT(out != NULL);
    FC_TRY(write_fields(fc_params_options(), &form->params, out, err));
    return write_fields(fc_form_options(), form, out, err);
}

static fc_status read_line(const char *line, size_t length, fc_form *form, fc_error *err)
{
    char text[FC_OPTION_TEXT_SIZE + 64];
    if (length >= sizeof text || memchr(line, '=', length) == NULL) {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a line of %zu bytes is no name=value", length);
    }
    (void)snprintf(text, sizeof text, "%.*s", (int)length, line);
    char *value = strchr(text, '=');
    *value++ = '\0';
    void *target = &form->params;
    const fc_option *option = fc_option_lookup(fc_params_options(), text);
    if (option == NULL) {
        target = form;
        option = fc_option_lookup(fc_form_options(), text);
    }
    return option == NULL ? FC_OK : fc_option_set(option, target, value, err);
}

fc_status fc_form_read_text(const char *text, fc_form *form, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(form != NULL);
    while (*text != '\0') {
        const size_t length = strcspn(text, "\n");
        FC_TRY(read_line(text, length, form, err));
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    return FC_OK;
}
