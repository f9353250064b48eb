/** Range and entity tags: which part of an answer the client wants, if any (RFC 9110, sections 13
 * and 14). Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef enum fc_http_range_kind {
    FC_HTTP_RANGE_ALL,  /* none asked, or one that is not understood: the whole */
    FC_HTTP_RANGE_PART, /* 206 */
    FC_HTTP_RANGE_NONE, /* 416: it begins past the end */
} fc_http_range_kind;

typedef struct fc_http_range {
    uint64_t offset;
    uint64_t size;
} fc_http_range;

/**
 * Read a Range header. Several ranges at once are answered with the whole.
 *
 * header   NULL where there is none
 * size     of the whole, bytes
 * out      written for FC_HTTP_RANGE_PART only: at least 1 byte, within the whole
 */
fc_http_range_kind fc_http_range_parse(const char *header, uint64_t size, fc_http_range *out);

/** One of the tags of an If-None-Match header is this one (weak comparison), or the header is "*".
 *  `etag` with its quotes. */
bool fc_http_etag_matches(const char *header, const char *etag);
