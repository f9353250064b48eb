/**
 * Raw head: what libmicrohttpd 0.9.75 makes of the head of a request, held against the bytes that
 * it came from. That version ends texts at a zero byte and goes on behind it: "/health", a zero
 * byte and anything is "/health", and "Content-Length: 3" may hide what another server reads
 * there. Newer ones refuse such bytes.
 *
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "http/request.h"

/** All pointers are into one buffer, where separators and line ends were made zero bytes. */
typedef struct fc_http_raw_head {
    const char *start;      /* of the request line */
    size_t size;            /* up to the end of the empty line */
    const char *target_end; /* the zero byte that ends the target as a text */
    const char *version;    /* of the request line */
    fc_http_pairs headers;  /* in their order */
} fc_http_raw_head;

/** Whether nothing is hidden: every byte is part of a text or of what separates them. A header that
 *  goes on in a second line does not pass. */
FC_MUST_CHECK bool fc_http_raw_head_is_plain(const fc_http_raw_head *head);
