/** Gzip (RFC 1952): unpacking of files that the program carries packed. Any thread. */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Unpack one file.
 *
 * out   empty
 *
 * Errors: FC_INVALID_ARGUMENT (damaged, or not gzip), FC_LIMIT_EXCEEDED (larger than
 * out->size_max), FC_OUT_OF_MEMORY; then empty. Cost: about 2 ms for 1 MB.
 */
FC_MUST_CHECK fc_status fc_gzip_unpack(fc_bytes packed, fc_buffer *out, fc_error *err);
