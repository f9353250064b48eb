/** SHA-256 of one or several runs of bytes, as text, and HMAC with it. Any thread, each object by
 * one at a time. */
#pragma once

#include <stdbool.h>

#include <nettle/sha2.h>

#include "base/attributes.h"
#include "base/bytes.h"

/** 64 hexadecimal digits and the final zero. */
#define FC_DIGEST_SIZE 65

typedef struct fc_digest {
    struct sha256_ctx sha256;
} fc_digest;

/** Begin. Holds no memory: nothing has to be released. */
void fc_digest_start(fc_digest *digest);

/** Add a run of bytes. */
void fc_digest_add(fc_digest *digest, fc_bytes bytes);

/** The digest of all runs; none may follow. */
void fc_digest_finish(fc_digest *digest, char text[FC_DIGEST_SIZE]);

/** The digest of one run of bytes. */
void fc_digest_of(fc_bytes bytes, char text[FC_DIGEST_SIZE]);

/** Bytes of a digest in binary. */
#define FC_MAC_BYTES 32

/** HMAC-SHA256 (RFC 2104): proves to anyone with the key that the sender has it too. */
void fc_hmac_of(fc_bytes key, fc_bytes bytes, uint8_t mac[FC_MAC_BYTES]);

/** Whether both are equal. The time it takes depends on their size alone. */
bool fc_bytes_equal_secretly(const uint8_t *a, const uint8_t *b, size_t size);
