/**
 * Request: one HTTP request as a handler sees it - checked, decoded and with its whole body read.
 *
 * Multipart, urlencoded, JSON and raw bodies have all become the same fields and files. Everything
 * is borrowed from the connection and valid until the handler returns. One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/** A request id: at most this many characters, and the final zero. */
#define FC_HTTP_ID_SIZE 65

/** The name of an API key: some hexadecimal digits of its hash, and the final zero. */
#define FC_HTTP_KEY_NAME_SIZE 17

typedef enum fc_http_method {
    FC_HTTP_GET,
    FC_HTTP_POST,
    FC_HTTP_DELETE,
} fc_http_method;

typedef struct fc_http_pair {
    const char *name;
    const char *value;
} fc_http_pair;

/** A list in the order of arrival. */
typedef struct fc_http_pairs {
    const fc_http_pair *items;
    size_t count;
} fc_http_pairs;

/** A file of the body. A raw body is a file as well, and so is base64 in a JSON body. */
typedef struct fc_http_file {
    const char *field; /* "file" for a raw body; JSON: the name of the member */
    const char *name;  /* last part of the client's file name, UTF-8, no control bytes; or "" */
    fc_bytes bytes;
} fc_http_file;

/** The connection; only the server knows this type. */
typedef struct fc_http_connection fc_http_connection;

/** The exchange of request and answer; only the server knows this type. */
typedef struct fc_http_exchange fc_http_exchange;

/** The format of errors (http/response.h). */
typedef struct fc_http_error_format fc_http_error_format;

typedef struct fc_http_request {
    fc_http_method method; /* a HEAD comes as GET; its body is not sent */
    bool head;
    const char *path;      /* decoded once; no "..", backslash or control byte. Where the route is
                            * `as_sent`: as the client wrote it */
    fc_http_pairs parts;   /* what stood for the {name}s of the route */
    fc_http_pairs query;   /* decoded */
    fc_http_pairs headers; /* names as the client wrote them: use fc_http_header */
    fc_http_pairs fields;  /* of the body; no name twice */
    const fc_http_file *files;
    size_t file_count;
    char id[FC_HTTP_ID_SIZE];             /* the client's X-Request-ID, or 32 random digits */
    char key_name[FC_HTTP_KEY_NAME_SIZE]; /* tells callers apart; "" where no key is asked */
    const char *peer;                     /* address of the client, as text */
    int64_t received_us;                  /* fc_clock_us when its headers were there */
    const fc_http_error_format *contract; /* NULL: our own */
    fc_http_connection *connection;       /* NULL in tests without a server */
    fc_http_exchange *exchange;           /* the same */
} fc_http_request;

/** Value of the first pair of this name, or NULL. Case counts. */
const char *fc_http_pairs_lookup(fc_http_pairs pairs, const char *name);

/** Value of a header, in any case, or NULL. */
const char *fc_http_header(const fc_http_request *request, const char *name);

/** Value of {name} in the path. The route must have it. */
const char *fc_http_path_param(const fc_http_request *request, const char *name);

/** The first file of a field, or NULL. */
const fc_http_file *fc_http_file_lookup(const fc_http_request *request, const char *field);

/**
 * Take over the bytes of a file instead of copying them: they then belong to the caller, and the
 * file of the request is empty. A buffer without data where there is no server, or no such file.
 */
fc_buffer fc_http_file_take(const fc_http_request *request, const fc_http_file *file);

/**
 * Whether the client has hung up or the server ends, so that work for it is useless. Ask every 50
 * ms or so while waiting. Any thread, as long as the handler has not returned. Cost: one system
 * call.
 */
bool fc_http_client_gone(const fc_http_request *request);
