/** Limits of HTTP: every bound that is not a setting of the server. */
#pragma once

/** Memory of one connection in bytes: all headers of a request must fit into it. */
#define FC_HTTP_CONNECTION_BYTES ((size_t)32 << 10)

/** Stack of a connection's thread in bytes; handlers wait there and work elsewhere. */
#define FC_HTTP_STACK_BYTES ((size_t)512 << 10)

/** Bytes of a request's target: path and query. */
#define FC_HTTP_TARGET_BYTES_MAX ((size_t)8 << 10)

/** Headers of a request. */
#define FC_HTTP_HEADERS_MAX 100

/** Names in the query. */
#define FC_HTTP_QUERY_MAX 64

/** Text fields of a body; files are bounded by a setting. */
#define FC_HTTP_FIELDS_MAX 64

/** Files of a body that may have a few: one more than any route looks at, so that the handler can
 * say what is wrong. */
#define FC_HTTP_FEW_FILES_MAX 4

/** Bytes of a field's name and of its value. */
#define FC_HTTP_FIELD_NAME_MAX 64
#define FC_HTTP_FIELD_VALUE_MAX 1024

/** Bytes of a file's name as it is kept; longer ones are cut. */
#define FC_HTTP_FILE_NAME_MAX 255

/** Characters of a multipart boundary (RFC 2046). */
#define FC_HTTP_BOUNDARY_MAX 70

/** Bytes of all headers of one part. */
#define FC_HTTP_PART_HEADER_MAX 4096

/** Bytes of a body in addition to its files: fields, boundaries, part headers. */
#define FC_HTTP_BODY_OVERHEAD ((size_t)1 << 20)

/** Bytes of a body that do not count in the common bound, so that small requests are answered even
 * when uploads take all of it. */
#define FC_HTTP_BODY_FREE ((size_t)64 << 10)

/** API keys that are valid at the same time. */
#define FC_HTTP_KEYS_MAX 64

/** Bytes of a JSON answer. */
#define FC_HTTP_JSON_MAX ((size_t)512 << 20)

/** How long and how much a refused client that goes on sending is read, because closing on unread
 * bytes would destroy the answer. */
#define FC_HTTP_LINGER_MS 2000
#define FC_HTTP_LINGER_BYTES_MAX ((size_t)64 << 20)

/** Connections beyond the setting, for health checks when it is reached. */
#define FC_HTTP_CONNECTIONS_RESERVE 16

/** At the end of the service: time for the first request of clients that had connected before. */
#define FC_HTTP_FRESH_MS 1000

/** At the end: clients that may connect while the last ones are let in. */
#define FC_HTTP_LAST_MAX 1024

/** At the end: time for the threads of closed connections to leave. */
#define FC_HTTP_LEAVE_MS 5000
