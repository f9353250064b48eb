/** JSON: the few helpers that jansson lacks. Any thread. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * A string of bytes that need not be UTF-8, such as a file name. Invalid bytes become U+FFFD.
 *
 * NULL gives null. Owner: caller. NULL when memory ran out, which json_pack passes on.
 */
json_t *fc_json_text(const char *text);

/** Rounded to `decimals` (0..6), so that answers do not pretend to more. Owner: caller. */
json_t *fc_json_rounded(double value, int decimals);

/** Unix time as "2026-11-21T09:30:00Z"; null for 0. Owner: caller. NULL when memory ran out. */
json_t *fc_json_time(int64_t unix_s);

/**
 * Append to a list, taking `item` over. NULL for either says that memory ran out before: the other
 * one is released and the answer is NULL, so that lists can be built without asking after each
 * step.
 */
json_t *fc_json_append(json_t *list, json_t *item);

/**
 * Append the value to `out` as one line.
 *
 * value   taken over; NULL says that memory ran out while it was built
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED (past out->size_max).
 */
FC_MUST_CHECK fc_status fc_json_write_line(json_t *value, fc_buffer *out, fc_error *err);
