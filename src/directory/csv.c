#include "directory/csv.h"

#include <string.h>

#include "base/assert.h"

static const char SEPARATORS[] = ",;\t|";

/* The commonest separator of the first line; a comma where it has none. */
static char find_separator(const char *text)
{
    size_t counts[sizeof SEPARATORS] = { 0 };
    bool quoted = false;
    for (const char *at = text; *at != '\0' && (quoted || (*at != '\n' && *at != '\r')); at++) {
        quoted = *at == '"' ? !quoted : quoted;
        const char *found = quoted ? NULL : strchr(SEPARATORS, *at);
        if (found != NULL) {
            counts[found - SEPARATORS]++;
        }
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof SEPARATORS - 1; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return SEPARATORS[best];
}

fc_csv fc_csv_start(char *text)
{
    FC_ASSERT(text != NULL);
    fc_csv csv = { .at = text, .line = 1 };
    if (strncmp(text, "sep=", 4) == 0 && text[4] != '\0' && strchr(SEPARATORS, text[4]) != NULL &&
        (text[5] == '\n' || text[5] == '\r')) {
        csv.separator = text[4];
        csv.at += text[5] == '\r' && text[6] == '\n' ? 7 : 6;
        csv.line++;
        return csv;
    }
    csv.separator = find_separator(text);
    return csv;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

static bool ends_field(const fc_csv *csv)
{
    return *csv->at == '\0' || *csv->at == csv->separator || ends_line(*csv->at);
}

/* From behind the opening quote to behind the closing one; "" is one quote. */
static fc_status read_quoted(fc_csv *csv, char **field, fc_error *err)
{
    const size_t line = csv->line;
    char *to = csv->at;
    *field = to;
    while (*csv->at != '"' || csv->at[1] == '"') {
        if (*csv->at == '\0') {
            return fc_fail(err, FC_INVALID_ARGUMENT, "line %zu: a quote is opened and never closed",
                           line);
        }
        csv->line += *csv->at == '\n' ? 1 : 0;
        csv->at += *csv->at == '"' ? 1 : 0;
        *to++ = *csv->at++;
    }
    csv->at++;
    if (!ends_field(csv)) {
        return fc_fail(err, FC_INVALID_ARGUMENT,
                       "line %zu: text behind a closed quote; inside quotes, a quote is written "
                       "twice",
                       csv->line);
    }
    *to = '\0'; /* where the closing quote was, or before it */
    return FC_OK;
}

static void skip_line_end(fc_csv *csv)
{
    csv->at += csv->at[0] == '\r' && csv->at[1] == '\n' ? 2 : 1;
    csv->line++;
}

/* Reads a field; what ended it is overwritten with its final zero. */
static fc_status read_field(fc_csv *csv, char **field, bool *last, fc_error *err)
{
    char *end = NULL;
    if (*csv->at == '"') {
        csv->at++;
        FC_TRY(read_quoted(csv, field, err));
    } else {
        *field = csv->at;
        while (!ends_field(csv)) {
            csv->at++;
        }
        end = csv->at;
    }
    *last = *csv->at != csv->separator;
    if (*csv->at == csv->separator) {
        csv->at++;
    } else if (*csv->at != '\0') {
        skip_line_end(csv);
    }
    if (end != NULL) {
        *end = '\0';
    }
    return FC_OK;
}

fc_status fc_csv_next(fc_csv *csv, fc_csv_row *row, bool *more, fc_error *err)
{
    FC_ASSERT(csv != NULL);
    FC_ASSERT(row != NULL);
    FC_ASSERT(more != NULL);
    while (ends_line(*csv->at)) {
        skip_line_end(csv);
    }
    *more = *csv->at != '\0';
    row->count = 0;
    row->line = csv->line;
    for (bool last = !*more; !last;) {
        if (row->count == FC_CSV_FIELDS_MAX) {
            return fc_fail(err, FC_INVALID_ARGUMENT, "line %zu: more than %d columns", row->line,
                           FC_CSV_FIELDS_MAX);
        }
        FC_TRY(read_field(csv, &row->fields[row->count], &last, err));
        row->count++;
    }
    return FC_OK;
}
