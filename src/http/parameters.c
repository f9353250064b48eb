#include "http/parameters.h"

#include <string.h>

#include "base/assert.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static const char *skip_spaces(const char *at)
{
    while (is_space(*at)) {
        at++;
    }
    return at;
}

/* Copy up to one of `ends` in lower case, without spaces at the end. NULL when it does not fit. */
static const char *take_word(const char *at, const char *ends, char *word, size_t word_size)
{
    size_t length = strcspn(at, ends);
    const char *after = at + length;
    while (length > 0 && is_space(at[length - 1])) {
        length--;
    }
    if (length == 0 || length >= word_size) {
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        word[i] = lower(at[i]);
    }
    word[length] = '\0';
    return after;
}

/* From behind the opening quote to behind the closing one. */
static const char *take_quoted(const char *at, fc_http_parameter *out)
{
    out->size = 0;
    while (*at != '"') {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\')) {
            at++;
        }
        if (*at == '\0' || out->size == sizeof out->value - 1) {
            return NULL;
        }
        out->value[out->size++] = *at++;
    }
    out->value[out->size] = '\0';
    return at + 1;
}

static const char *take_plain(const char *at, fc_http_parameter *out)
{
    size_t length = strcspn(at, ";");
    const char *after = at + length;
    while (length > 0 && is_space(at[length - 1])) {
        length--;
    }
    if (length >= sizeof out->value) {
        return NULL;
    }
    memcpy(out->value, at, length);
    out->value[length] = '\0';
    out->size = length;
    return after;
}

/* `at` is behind a ";". NULL when it is malformed. */
static const char *take_parameter(const char *at, fc_http_parameters *out)
{
    if (out->count == FC_HTTP_PARAMETERS_MAX) {
        return NULL;
    }
    fc_http_parameter *parameter = &out->items[out->count];
    at = take_word(at, "=;", parameter->name, sizeof parameter->name);
    if (at == NULL || *at != '=' || fc_http_parameters_lookup(out, parameter->name) != NULL) {
        return NULL;
    }
    at = skip_spaces(at + 1);
    at = *at == '"' ? take_quoted(at + 1, parameter) : take_plain(at, parameter);
    out->count++;
    return at == NULL ? NULL : skip_spaces(at);
}

fc_status fc_http_parameters_parse(const char *text, fc_http_parameters *out, fc_error *err)
{
    FC_ASSERT(text != NULL);
    FC_ASSERT(out != NULL);
    out->count = 0;
    const char *at = take_word(skip_spaces(text), ";", out->value, sizeof out->value);
    while (at != NULL && *at == ';') {
        at = skip_spaces(at + 1);
        if (*at != '\0' && *at != ';') { /* an empty one does no harm */
            at = take_parameter(at, out);
        }
    }
    if (at == NULL || *at != '\0') {
        return fc_fail(err, FC_INVALID_ARGUMENT, "a malformed header value");
    }
    return FC_OK;
}

const fc_http_parameter *fc_http_parameters_lookup(const fc_http_parameters *parameters,
                                                   const char *name)
{
    FC_ASSERT(name != NULL);
    for (size_t i = 0; i < parameters->count; i++) {
        if (strcmp(parameters->items[i].name, name) == 0) {
            return &parameters->items[i];
        }
    }
    return NULL;
}
