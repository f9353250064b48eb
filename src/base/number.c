#define _GNU_SOURCE /* strtod_l */
#include "base/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"

/* Digits, signs, point and exponent only: no spaces, no "inf", no hexadecimal. */
static bool is_plain(const char *text, const char *allowed)
{
    const size_t length = strnlen(text, FC_NUMBER_LENGTH_MAX + 1);
    return length > 0 && length <= FC_NUMBER_LENGTH_MAX && strspn(text, allowed) == length;
}

bool fc_parse_integer(const char *text, int64_t *out)
{
    FC_ASSERT(text != NULL);
    if (!is_plain(text, "+-0123456789")) {
        return false;
    }
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text) {
        return false;
    }
    *out = value;
    return true;
}

bool fc_parse_real(const char *text, double *out)
{
    FC_ASSERT(text != NULL);
    if (!is_plain(text, "+-.0123456789eE")) {
        return false;
    }
    /* The C locale always exists; a private handle keeps the process's own locale out of it. */
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0) {
        return false;
    }
    char *end = NULL;
    const double value = strtod_l(text, &end, c_locale);
    freelocale(c_locale);
    if (*end != '\0' || end == text || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}

bool fc_parse_bool(const char *text, bool *out)
{
    FC_ASSERT(text != NULL);
    static const char *const YES[] = { "true", "1", "on", "yes", "t", "y" };
    static const char *const NO[] = { "false", "0", "off", "no", "f", "n" };
    for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++) {
        if (strcasecmp(text, YES[i]) == 0) {
            *out = true;
            return true;
        }
        if (strcasecmp(text, NO[i]) == 0) {
            *out = false;
            return true;
        }
    }
    return false;
}
