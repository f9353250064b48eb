/**
 * JSON outline: the text of a JSON body with its long strings cut out, always small enough to be
 * parsed. A parser takes some 40 bytes for each "[]", and two more copies of a photo.
 *
 * Any thread.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Bytes of a string in the text of JSON, above which it is cut out: no text field is so long,
 *  however its characters are written. */
#define FC_JSON_LONG 8192

/** Start with zeros; release with fc_json_outline_clear. */
typedef struct fc_json_outline {
    fc_buffer text;    /* a string that was cut out is "\u0000" and its number there */
    fc_bytes *strings; /* the strings that were cut out, as written in the body: borrowed from it */
    size_t count;
} fc_json_outline;

/**
 * Make the outline of a body.
 *
 * signs_max   of "[", "{", "," and ":" outside of strings, so of lists, objects and values
 *
 * Errors: FC_INVALID_ARGUMENT (too many signs, a zero or control byte in a string, a string without
 * an end, a long name of a member), FC_LIMIT_EXCEEDED (too long without its long strings),
 * FC_OUT_OF_MEMORY. The parser finds all other mistakes.
 */
FC_MUST_CHECK fc_status fc_json_outline_make(fc_bytes body, size_t signs_max, fc_json_outline *out,
                                             fc_error *err);
void fc_json_outline_clear(fc_json_outline *outline);

/** The string that was cut out in place of this one; without data: none was. */
fc_bytes fc_json_outline_lookup(const fc_json_outline *outline, const char *text, size_t size);

/** Resolve the escapes of a string that was cut out, in place; gives its new size. Characters
 *  beyond ASCII become the byte 0xff, which is in no file. */
size_t fc_json_unescape(char *text, size_t size);
