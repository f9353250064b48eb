/** Certificate: finds the fault of a server's certificate, and loads keys to sign with. GnuTLS. Any
 *  thread. */
#pragma once

#include <stddef.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** Longest text of fc_certificate_fault, with its final zero. */
#define FC_CERTIFICATE_TEXT_SIZE 160

/**
 * Why a certificate is not trusted, for a person: expired, not valid yet, of another name; else
 * that no trusted authority has signed it.
 *
 * der    X.509
 * host   the name or address that was asked for
 */
void fc_certificate_fault(fc_bytes der, const char *host, char text[FC_CERTIFICATE_TEXT_SIZE]);

/**
 * Sign by RSA with SHA-256 (RS256 of RFC 7518; RFC 8017, section 8.2).
 *
 * pem         PKCS #8 or PKCS #1, not encrypted
 * signature   appended to
 *
 * Errors: FC_INVALID_ARGUMENT (no RSA key), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY.
 */
FC_MUST_CHECK fc_status fc_certificate_sign(fc_bytes pem, fc_bytes content, fc_buffer *signature,
                                            fc_error *err);

/** Append the SHA-256 of a certificate, 32 bytes. Errors: FC_INVALID_ARGUMENT (no certificate in
 *  PEM), FC_LIMIT_EXCEEDED, FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_certificate_thumbprint(fc_bytes pem, fc_buffer *out, fc_error *err);
