/**
 * Multipart: reads multipart/form-data (RFC 7578, RFC 2046) as it arrives, in pieces of any size.
 *
 * A part with a file name is a file, any other a text field. Only CRLF ends a line. Memory: one
 * part header, one text field, and the files, which go straight into their buffers.
 * One thread at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/content.h"

typedef struct fc_http_multipart fc_http_multipart;

/**
 * boundary   1..FC_HTTP_BOUNDARY_MAX characters of RFC 2046
 * content    borrowed; fields and files are added to it
 *
 * Errors: FC_INVALID_ARGUMENT (the boundary), FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_multipart_new(fc_bytes boundary, fc_http_content *content,
                                              fc_http_multipart **out, fc_error *err);
void fc_http_multipart_free(fc_http_multipart *multipart);
FC_DEFINE_CLEANUP(fc_http_multipart, fc_http_multipart_free)

/**
 * The next piece of the body. After a failure no other may follow.
 *
 * Errors: FC_INVALID_ARGUMENT (malformed, nested, encoded), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_http_multipart_feed(fc_http_multipart *multipart, fc_bytes piece,
                                               fc_error *err);

/** Bytes so far of a base64 text field that is being read and becomes a file. */
size_t fc_http_multipart_encoded(const fc_http_multipart *multipart);

/** The body is over. Errors: FC_INVALID_ARGUMENT when it was cut short. */
FC_MUST_CHECK fc_status fc_http_multipart_end(const fc_http_multipart *multipart, fc_error *err);
