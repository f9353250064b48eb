/**
 * Response: the answer of a handler. It starts as an empty 200; a handler sets a body and headers,
 * or returns a failure, which the server turns into an answer.
 *
 * The server adds what every answer has: X-Request-ID, nosniff, no-store (unless Cache-Control is
 * set), CORS. HEAD, Range and If-None-Match are answered by the server as well, from the body and
 * the ETag set here. One thread at a time.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/limits.h"
#include "http/range.h"
#include "http/request.h"
#include "report/schema.h"

/**
 * Error format: how a family of routes refuses. Our own routes refuse with {"detail": ...}; the
 * routes that stand in for another service refuse as that service does, whatever went wrong: in a
 * handler, for lack of a key, or because there is no such route. Constant; any thread.
 */
struct fc_http_error_format {
    const char *prefix; /* "/v1.0": this path and everything below it */

    /**
     * The body of a refusal.
     *
     * code   HTTP code, which may be replaced
     * busy   a 503 because others have come before: it is only a matter of waiting
     * text   the mistake
     *
     * NULL when memory ran out.
     */
    json_t *(*refusal)(unsigned *code, bool busy, const char *text);
};

/** Headers that one answer can have; values are cut at their size. */
#define FC_HTTP_RESPONSE_HEADERS_MAX 32
#define FC_HTTP_RESPONSE_HEADER_SIZE 640

typedef enum fc_http_body_kind {
    FC_HTTP_EMPTY,
    FC_HTTP_BUFFER,
    FC_HTTP_CONSTANT,
    FC_HTTP_DESCRIPTOR,
    FC_HTTP_STREAM,
} fc_http_body_kind;

/**
 * Gives the next piece of a stream; called when the one before was sent. May wait, but must return
 * within a second or so (with *size = 0, when there is nothing yet).
 *
 * piece   to be filled; *size says how many bytes fit, then how many there are
 *
 * False ends the stream behind this piece, which may be empty (*size = 0).
 */
typedef bool (*fc_http_stream)(void *context, char *piece, size_t *size);

typedef struct fc_http_response_header {
    const char *name; /* a constant */
    char value[FC_HTTP_RESPONSE_HEADER_SIZE];
} fc_http_response_header;

typedef struct fc_http_response {
    unsigned code;
    fc_http_response_header headers[FC_HTTP_RESPONSE_HEADERS_MAX];
    size_t header_count;
    fc_http_body_kind kind;
    fc_buffer buffer;      /* FC_HTTP_BUFFER */
    fc_bytes constant;     /* FC_HTTP_CONSTANT: lives as long as the program */
    int descriptor;        /* FC_HTTP_DESCRIPTOR: a plain file, sent from its start */
    uint64_t size;         /* bytes of that file */
    fc_http_stream stream; /* FC_HTTP_STREAM */
    void *stream_context;
    void (*stream_free)(void *context);
    bool refused; /* the body is {"detail": ...} */
} fc_http_response;

/** An empty 200. Release with fc_http_response_clear. */
fc_http_response fc_http_response_start(void);

/** Release the body and forget the headers: an empty 200 again. */
void fc_http_response_clear(fc_http_response *response);

/** Set a header; the same name again replaces it. Control bytes in the value become spaces. */
FC_PRINTF(3, 4)
void fc_http_set_header(fc_http_response *response, const char *name, const char *format, ...);

/** Value of a header that was set, or NULL. */
const char *fc_http_response_header_lookup(const fc_http_response *response, const char *name);

/** Body of bytes: the buffer is taken over and left empty. */
void fc_http_set_body(fc_http_response *response, const char *content_type, fc_buffer *body);

/**
 * Body of JSON.
 *
 * value   taken over; NULL says that memory ran out while it was built
 *
 * Errors: FC_OUT_OF_MEMORY, FC_LIMIT_EXCEEDED; then the response is as it was.
 */
FC_MUST_CHECK fc_status fc_http_set_json(fc_http_response *response, unsigned code, json_t *value,
                                         fc_error *err);

/** Body of text that lives as long as the program, such as a page. Not copied. */
void fc_http_set_constant(fc_http_response *response, const char *content_type, fc_bytes body);

/** Body from a plain file: the descriptor is taken over, also on failure. Errors: FC_IO. */
FC_MUST_CHECK fc_status fc_http_set_file(fc_http_response *response, const char *content_type,
                                         int descriptor, fc_error *err);

/** Body that is made piece by piece. `context` is released with `release` (or NULL) at the end. */
void fc_http_set_stream(fc_http_response *response, const char *content_type, fc_http_stream stream,
                        void *context, void (*release)(void *context));

/** A strong ETag: the hexadecimal SHA-256 of the content, cut to 32 digits, is a good text. */
void fc_http_set_etag(fc_http_response *response, const char *text);

/** {"detail":"text"} with a code of the handler's own choice; the body before is released. */
FC_PRINTF(3, 4)
void fc_http_refuse(fc_http_response *response, unsigned code, const char *format, ...);

/** 422 with FastAPI's list of problems, which is taken over (NULL: memory ran out). */
void fc_http_refuse_fields(fc_http_response *response, json_t *problems);

/** Answer for a failed handler: the code of its status, its name as X-Error, and its text where the
 * client may read it. */
void fc_http_refuse_error(fc_http_response *response, const fc_error *err);

/** The error format of a path; NULL: our own. */
const fc_http_error_format *fc_http_error_format_lookup(const fc_http_error_format *contracts,
                                                        size_t count, const char *path);

/* ---- packed ---------------------------------------------------------------------------------- */

/* Packed: files that the program carries as gzip, sent as the client accepts them. Any thread. */

/**
 * Answer with a file: packed for clients that accept gzip, else unpacked.
 *
 * packed   gzip, as long as the program lives
 * digest   of the file, for the ETag; both forms have their own
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: unpacking, for clients that do not take gzip.
 */
FC_MUST_CHECK fc_status fc_http_set_packed(const fc_http_request *request,
                                           fc_http_response *response, const char *content_type,
                                           fc_bytes packed, const char *digest, fc_error *err);

/* ---- finalize -------------------------------------------------------------------------------- */

/*
 * Finalize: turns a handler's answer into the bytes on the wire: conditions, ranges, the headers of
 * every answer, problem+json for clients that ask for it. One thread at a time.
 */

/**
 * Change the answer to fit the request.
 *
 * request   its headers, method and id are looked at
 * part      what of the body is sent: 0 and its size, or the range of a 206
 */
void fc_http_response_finalize(const fc_http_request *request, fc_http_response *response,
                               fc_http_range *part);

/** Bytes of the body; 0 for a stream, whose size is unknown. */
uint64_t fc_http_response_size(const fc_http_response *response);

/** Schemas of refusals: Detail and ValidationError. */
extern const fc_schema fc_http_schemas[];
