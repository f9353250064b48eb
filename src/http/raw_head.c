#include "http/raw_head.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"

/* A line that was ended by CR and LF, or by LF, both made zero: `after` begins the next one. The
 * addresses are compared as numbers: a text that was moved is elsewhere. */
static bool follows(const char *line_end, const char *after)
{
    const uintptr_t end = (uintptr_t)line_end;
    const uintptr_t next = (uintptr_t)after;
    return next == end + 1 || (next == end + 2 && line_end[1] == '\0');
}

/* The value begins behind the name, the colon and spaces. */
static bool belongs(const char *name, const char *value)
{
    const char *at = name + strlen(name) + 1;
    at += strspn(at, " \t");
    return at == value;
}

bool fc_http_raw_head_is_plain(const fc_http_raw_head *head)
{
    FC_ASSERT(head != NULL && head->start != NULL && head->version != NULL);
    if ((uintptr_t)head->version != (uintptr_t)head->target_end + 1) {
        return false;
    }
    const char *line_end = head->version + strlen(head->version);
    for (size_t i = 0; i < head->headers.count; i++) {
        const fc_http_pair *header = &head->headers.items[i];
        if (!follows(line_end, header->name) || !belongs(header->name, header->value)) {
            return false;
        }
        line_end = header->value + strlen(header->value);
    }
    /* The last line's end and the empty line. */
    const uintptr_t end = (uintptr_t)head->start + head->size;
    return end >= (uintptr_t)line_end + 2 && end <= (uintptr_t)line_end + 4;
}
