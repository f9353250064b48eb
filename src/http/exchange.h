/**
 * Exchange: one request and its answer, from the first line to the log. It knows HTTP but not the
 * library: the caller has the bytes and calls begin, feed for each piece of the body, and finish.
 *
 * One thread at a time: the connection's.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/body.h"
#include "http/core.h"
#include "http/headers.h"
#include "http/limits.h"
#include "http/range.h"
#include "http/route.h"

struct fc_http_exchange {
    fc_http_core *core;
    fc_http_connection *connection;
    fc_http_request request;
    fc_http_response response;
    fc_http_range part; /* of the response's body */
    fc_http_match match;
    fc_http_framing framing;
    fc_http_body *body;
    fc_error body_error; /* the body is malformed, but is read to its end for the answer's sake */
    fc_http_body_limits body_limits;
    size_t body_bytes; /* read so far */
    size_t charged;    /* memory for them, counted in the core and taken from the common bound */
    int64_t body_until_us; /* time that was earned by the bytes read */
    uint64_t sent_bytes;
    char *target;    /* decoded in place */
    char *path_copy; /* cut into parts */
    char *slashed;   /* the target as sent, where its path ends with a slash; else NULL */
    fc_http_pair headers[FC_HTTP_HEADERS_MAX];
    size_t header_count;
    char *joined; /* values of headers that came in several lines, or NULL */
    bool headers_overflow;
    const char *target_end; /* in the library's buffer */
    bool hidden;            /* zero bytes hide a part of the head */
    bool interim;           /* the client understands answers before the answer */
    fc_http_pair query[FC_HTTP_QUERY_MAX];
    char method[16];
    bool begun;
    bool answered;    /* `response` is sent */
    bool body_unread; /* the client may still be sending */
    bool close;       /* the connection must not be kept */
};

/**
 * target   as sent: path and query
 *
 * Errors: FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_exchange_new(fc_http_core *core, fc_http_connection *connection,
                                             const char *target, fc_http_exchange **out,
                                             fc_error *err);

/** A header, in their order, before begin; both texts live as long as the exchange. */
void fc_http_exchange_add_header(fc_http_exchange *exchange, const char *name, const char *value);

/** Strip spaces after values, which are not part of them (RFC 9110, section 5.5). */
void fc_http_exchange_trim_headers(fc_http_exchange *exchange);

/** The headers are complete. Afterwards `answered` says whether the body is not wanted. */
void fc_http_exchange_begin(fc_http_exchange *exchange, const char *method);

/**
 * The next piece of the body.
 *
 * False: the client was told off and hung up on; the connection is to be closed.
 */
FC_MUST_CHECK bool fc_http_exchange_feed(fc_http_exchange *exchange, fc_bytes piece);

/** The request is complete: run its handler. Afterwards it is answered, or (false) its client is
 * gone and nothing is to be sent. */
FC_MUST_CHECK bool fc_http_exchange_finish(fc_http_exchange *exchange);

/**
 * The answer was sent, or could not be: log it and release everything.
 *
 * completed   the whole answer went out
 */
void fc_http_exchange_free(fc_http_exchange *exchange, bool completed);
