#include "http/range.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"

/* Digits of a number that fits; false when there is none. */
static bool take_number(const char **at, uint64_t *out)
{
    const char *digit = *at;
    uint64_t value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*digit - '0'), &value)) {
            return false;
        }
    }
    const bool found = digit != *at;
    *at = digit;
    *out = value;
    return found;
}

fc_http_range_kind fc_http_range_parse(const char *header, uint64_t size, fc_http_range *out)
{
    FC_ASSERT(out != NULL);
    if (header == NULL || strncasecmp(header, "bytes=", 6) != 0) {
        return FC_HTTP_RANGE_ALL;
    }
    const char *at = header + 6;
    uint64_t first = 0;
    uint64_t last = UINT64_MAX;
    const bool has_first = take_number(&at, &first);
    if (*at++ != '-') {
        return FC_HTTP_RANGE_ALL;
    }
    const bool has_last = take_number(&at, &last);
    if (*at != '\0' || (!has_first && !has_last) || (has_first && has_last && last < first)) {
        return FC_HTTP_RANGE_ALL;
    }
    if (!has_first) { /* so many bytes from the end */
        first = last < size ? size - last : 0;
        if (last == 0) {
            return FC_HTTP_RANGE_NONE;
        }
        last = UINT64_MAX;
    }
    if (first >= size) {
        return FC_HTTP_RANGE_NONE;
    }
    const uint64_t end = has_last && last < size - 1 ? last : size - 1;
    *out = (fc_http_range){ first, end - first + 1 };
    return FC_HTTP_RANGE_PART;
}

bool fc_http_etag_matches(const char *header, const char *etag)
{
    FC_ASSERT(etag != NULL);
    if (header == NULL) {
        return false;
    }
    const size_t size = strlen(etag);
    const char *at = header;
    while (*at != '\0') {
        at += strspn(at, " \t,");
        if (*at == '*') {
            return true;
        }
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        if (strncmp(at, etag, size) == 0 && strchr(" \t,", at[size]) != NULL) {
            return true; /* the final zero is one of those strchr looks for */
        }
        at += strcspn(at, ",");
    }
    return false;
}
