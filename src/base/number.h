/**
 * Numbers and truth values from text, the same in every locale. The whole text must be the value:
 * no spaces around it, nothing after it.
 *
 * Any thread. Each returns false and leaves `out` alone when the text is not such a value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/** Longest text that is looked at; anything longer is not a number. */
#define FC_NUMBER_LENGTH_MAX 64

/** Decimal integer with an optional sign. */
FC_MUST_CHECK bool fc_parse_integer(const char *text, int64_t *out);

/** Decimal number with an optional sign, point and exponent; never infinite or NaN. */
FC_MUST_CHECK bool fc_parse_real(const char *text, double *out);

/** true/false, 1/0, on/off, yes/no, t/f, y/n in any case, as FastAPI takes them. */
FC_MUST_CHECK bool fc_parse_bool(const char *text, bool *out);
