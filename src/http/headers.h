/**
 * Headers: checks whether those of a request can be trusted, and how they frame its body. Closes
 * the ways in which two servers can read one stream of bytes as different requests. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "http/request.h"

typedef struct fc_http_framing {
    bool has_body;
    bool chunked;    /* its size is not known before its end */
    uint64_t length; /* Content-Length, when it is not chunked */
} fc_http_framing;

/**
 * Check all headers of a request.
 *
 * Errors: FC_INVALID_ARGUMENT (a name that is no token; control bytes; a header twice that must be
 * single; Content-Length that is not plain digits; Content-Length with Transfer-Encoding; another
 * Transfer-Encoding than chunked). The connection must then be closed.
 */
FC_MUST_CHECK fc_status fc_http_headers_check(fc_http_pairs headers, fc_http_framing *out,
                                              fc_error *err);

/**
 * Join the lines of each header that came in several (RFC 9110, section 5.3): "a" and "b" become
 * "a, b", in the place of the first one. Headers that must be single were checked before.
 *
 * headers, count   changed on success
 * text             NULL; the joined values are in it, so it has to live as long as they. Stays NULL
 *                  where nothing was to be joined
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_headers_join(fc_http_pair *headers, size_t *count, char **text,
                                             fc_error *err);

/** Whether a client's request id may be repeated in logs: 1..64 of [A-Za-z0-9._-]. */
bool fc_http_id_is_valid(const char *id);

/** Preference for an item of a comma-separated list: its "q", from 0 to 1, or 1 without one; -1
 * where the item or the list is missing. Case does not count. */
double fc_http_quality(const char *header, const char *item);

/** The first language of an Accept-Language header, NULL or not, that is known, as its number among
 *  them; 0 where none is. Clients list them as their user prefers them; "de-AT" is "de". */
size_t fc_http_language(const char *header, const char *const *known, size_t count);

/** Whether a client takes gzip (RFC 9110, section 12.5.3), and not rather what is not packed. One
 *  that names no coding is not asked to unpack. */
bool fc_http_takes_gzip(const char *accept_encoding);

/** Whether a header with a comma-separated list has this item, and not with q=0; case does not
 * count. */
bool fc_http_lists(const fc_http_request *request, const char *header, const char *item);

/* ---- raw head -------------------------------------------------------------------------------- */

/*
 * Raw head: compares the head of a request as libmicrohttpd 0.9.75 has parsed it with its bytes.
 * That version ends texts at a zero byte and goes on behind it: "/health", a zero byte and anything
 * is "/health", and "Content-Length: 3" may hide what another server reads there. Newer ones refuse
 * such bytes.
 *
 * Any thread.
 */

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
