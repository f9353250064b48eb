#include "report/json.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"

/* Significant digits: a pixel position below 10^5 keeps its two decimals. */
#define REAL_DIGITS 8

static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Length of the valid UTF-8 sequence at `text`, 0 when there is none (RFC 3629, table 3-7 of the
 * Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t sequence_length(const uint8_t *text)
{
    if (text[0] < 0x80) {
        return 1;
    }
    const size_t length = text[0] >= 0xC2 && text[0] <= 0xDF   ? 2
                          : text[0] >= 0xE0 && text[0] <= 0xEF ? 3
                          : text[0] >= 0xF0 && text[0] <= 0xF4 ? 4
                                                               : 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80) { /* also stops at the final zero */
            return 0;
        }
    }
    const bool narrow = (text[0] == 0xE0 && text[1] < 0xA0) ||
                        (text[0] == 0xED && text[1] > 0x9F) ||
                        (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F);
    return narrow ? 0 : length;
}

static fc_status append_clean(const char *text, fc_buffer *out)
{
    for (const uint8_t *at = (const uint8_t *)text; *at != 0;) {
        const size_t length = sequence_length(at);
        FC_TRY(length > 0 ? fc_buffer_append(out, at, length, NULL)
                          : fc_buffer_append(out, REPLACEMENT, strlen(REPLACEMENT), NULL));
        at += length > 0 ? length : 1;
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
