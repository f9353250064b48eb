/** JWT: a signed statement of our identity (RFC 7519, RFC 7515), for which services of Microsoft
 * and Google give a token. Any thread. */
#pragma once

#include <jansson.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Append header, claims and signature (RS256).
 *
 * header, claims   taken over; NULL says that memory ran out while they were built
 * key              PEM of an RSA key
 *
 * Errors: those of fc_certificate_sign.
 */
FC_MUST_CHECK fc_status fc_jwt_write(json_t *header, json_t *claims, fc_bytes key, fc_buffer *out,
                                     fc_error *err);
