/** Base64 (RFC 4648): written as in its section 4, padded and in one line; read as well with the
 *  alphabet of section 5 for addresses and file names, with spaces and line ends anywhere, and
 *  without padding. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Decode a text and append its bytes.
 *
 * Errors: FC_INVALID_ARGUMENT (a character of neither alphabet, a part of a group, wrong padding,
 * bits that mean nothing), FC_LIMIT_EXCEEDED (past out->size_max), FC_OUT_OF_MEMORY. `out` may
 * then have a part of it.
 */
FC_MUST_CHECK fc_status fc_base64_decode(fc_bytes text, fc_buffer *out, fc_error *err);

/** Encode bytes and append the text. Errors: FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY; then unchanged.
 */
FC_MUST_CHECK fc_status fc_base64_encode(fc_bytes content, fc_buffer *out, fc_error *err);

/** The same with the alphabet for addresses and without padding: base64url. */
FC_MUST_CHECK fc_status fc_base64url_encode(fc_bytes content, fc_buffer *out, fc_error *err);
