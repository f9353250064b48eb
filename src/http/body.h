/**
 * Body: reads the body of a request as it arrives. Every content type becomes fields and files.
 *
 * multipart/form-data, application/x-www-form-urlencoded, application/json, and image/... or
 * application/octet-stream, which are one file. So is a picture without a type, or sent as a form,
 * as curl's --data-binary does. One thread at a time.
 */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/content.h"

typedef struct fc_http_body_limits {
    size_t bytes_max; /* of the whole body */
    size_t file_bytes_max;
    size_t files_max;
} fc_http_body_limits;

typedef struct fc_http_body fc_http_body;

/**
 * content_type   value of the header; NULL for none: then it must be a picture
 *
 * Errors: FC_UNSUPPORTED_FORMAT (another type), FC_INVALID_ARGUMENT (a boundary is missing or
 * malformed), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_body_new(const char *content_type,
                                         const fc_http_body_limits *limits, fc_http_body **out,
                                         fc_error *err);
void fc_http_body_free(fc_http_body *body);
FC_DEFINE_CLEANUP(fc_http_body, fc_http_body_free)

/** The next piece. Errors: FC_LIMIT_EXCEEDED, FC_INVALID_ARGUMENT, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_http_body_feed(fc_http_body *body, fc_bytes piece, fc_error *err);

/** The body is over. Errors: as fc_http_body_feed. */
FC_MUST_CHECK fc_status fc_http_body_end(fc_http_body *body, fc_error *err);

/** Its fields and files; borrowed, complete after fc_http_body_end. */
const fc_http_content *fc_http_body_content(const fc_http_body *body);

/**
 * Most memory that it takes after `more` bytes were fed, decoding included; after fc_http_body_end,
 * the memory of its files.
 */
size_t fc_http_body_memory(const fc_http_body *body, size_t more);

/** Take over the bytes of a file of the content, which is then empty. Without data: the file is not
 * from this body. After fc_http_body_end. */
fc_buffer fc_http_body_take(fc_http_body *body, const fc_http_file *file);
