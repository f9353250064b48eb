#include "report/json.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/memory.h"
#include "base/utf8.h"

/* Significant digits: a pixel position below 10^5 keeps its two decimals. */
#define REAL_DIGITS 8

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

static fc_status append_clean(const char *text, fc_buffer *out)
{
    for (size_t left = strlen(text); left > 0;) {
        const size_t size = fc_utf8_character(text, left);
        const size_t taken = size > 0 ? size : 1;
        FC_TRY(size > 0 ? fc_buffer_append(out, text, size, NULL)
                        : fc_buffer_append(out, REPLACEMENT, strlen(REPLACEMENT), NULL));
        text += taken;
        left -= taken;
    }
    return FC_OK;
}

json_t *fc_json_text(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *valid = json_string(text);
    if (valid != NULL) {
        return valid;
    }
    FC_AUTO_BUFFER(clean, 3 * strlen(text));
    return append_clean(text, &clean) == FC_OK ? json_string(fc_buffer_text(&clean)) : NULL;
}

json_t *fc_json_rounded(double value, int decimals)
{
    FC_ASSERT(decimals >= 0 && decimals <= 6);
    const double scale = pow(10, decimals);
    return json_real(round(value * scale) / scale);
}

json_t *fc_json_time(int64_t unix_s)
{
    const time_t when = (time_t)unix_s;
    struct tm parts = { 0 };
    char text[32];
    if (unix_s == 0 || gmtime_r(&when, &parts) == NULL) {
        return json_null();
    }
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return json_string(text);
}

json_t *fc_json_append(json_t *list, json_t *item)
{
    if (list == NULL || json_array_append_new(list, item) != 0) {
        json_decref(list == NULL ? item : list);
        return NULL;
    }
    return list;
}

/* A line as it grows. Jansson does not look at what comes of writing a key, and goes on: a line
 * that lacks a part takes no more. */
typedef struct growing_line {
    fc_buffer *text;
    fc_error why; /* a part is missing; status FC_OK: none is */
} growing_line;

static int append_part(const char *part, size_t size, void *context)
{
    growing_line *line = context;
    if (line->why.status == FC_OK) {
        line->why.status = fc_buffer_append(line->text, part, size, &line->why);
    }
    return line->why.status == FC_OK ? 0 : -1;
}

fc_status fc_json_write_line(json_t *value, fc_buffer *out, fc_error *err)
{
    FC_ASSERT(out != NULL);
    if (value == NULL) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    FC_AUTO_BUFFER(line, out->size_max);
    growing_line growing = { .text = &line };
    const int failed = json_dump_callback(value, append_part, &growing,
                                          JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(value);
    if (growing.why.status != FC_OK) {
        return fc_fail(err, growing.why.status, "%s", growing.why.text);
    }
    if (failed != 0) {
        return fc_fail(err, FC_OUT_OF_MEMORY, "no memory for an answer");
    }
    FC_TRY(fc_buffer_append(&line, "\n", 1, err));
    return fc_buffer_append(out, line.data, line.size, err);
}
