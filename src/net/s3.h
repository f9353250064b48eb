/**
 * S3: objects of one bucket of a store that speaks Amazon's protocol, by path ("style: path"). What
 * has failed for the moment (no connection, 429, 5xx) is tried again a few times, with growing
 * pauses, as has what it refused because this machine's clock is wrong: from then on its own clock
 * counts. Redirects are not followed; certificates are verified. Any thread; each call has a
 * connection of its own, which is kept for the next one.
 *
 * Names are letters, digits and ".-_/" only. Errors tell the reason alone, without names, addresses
 * and keys, as clients may see them; the log has the store's own word.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_s3 fc_s3;

typedef struct fc_s3_settings {
    const char *endpoint; /* https://s3.example.com or http://store:8333 */
    const char *region;
    const char *bucket;
    const char *prefix; /* before each name, without "/" at its ends; "" is none */
    const char *access_key;
    const char *secret_key;
    int32_t timeout_s; /* of one try, from connecting to the last byte */
} fc_s3_settings;

/** Prepare to ask; asks nothing. The settings are copied. Errors: FC_INVALID_ARGUMENT (an endpoint,
 *  bucket, prefix or region that cannot be used, no key), FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_s3_new(const fc_s3_settings *settings, fc_s3 **out, fc_error *err);
/** When nobody uses it any more. NULL is fine. */
void fc_s3_free(fc_s3 *s3);
FC_DEFINE_CLEANUP(fc_s3, fc_s3_free)

/** Store an object in place of the one of its name. Errors: FC_BUSY (not to be reached, or no good
 *  answer, after all tries), FC_STORAGE_FULL, FC_IO (refused), FC_OUT_OF_MEMORY. */
FC_MUST_CHECK fc_status fc_s3_put(fc_s3 *s3, const char *name, fc_bytes bytes, fc_error *err);

/** Fetch an object into a file that is open and empty. Errors: FC_NOT_FOUND; FC_LIMIT_EXCEEDED
 * (more than `bytes_max`); the rest as above. Then something may be in the file. */
FC_MUST_CHECK fc_status fc_s3_get(fc_s3 *s3, const char *name, int descriptor, int64_t bytes_max,
                                  fc_error *err);

/** Size of an object. Errors: FC_NOT_FOUND; the rest as above. */
FC_MUST_CHECK fc_status fc_s3_size(fc_s3 *s3, const char *name, int64_t *bytes, fc_error *err);

/** Remove an object, which may be gone already. Errors: as fc_s3_put. */
FC_MUST_CHECK fc_status fc_s3_remove(fc_s3 *s3, const char *name, fc_error *err);
