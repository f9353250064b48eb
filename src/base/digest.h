/** SHA-256 of one or several runs of bytes, as text. Any thread, each object by one at a time. */
#pragma once

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

/** Take in a run of bytes. */
void fc_digest_add(fc_digest *digest, fc_bytes bytes);

/** The digest of all runs; none may follow. */
void fc_digest_finish(fc_digest *digest, char text[FC_DIGEST_SIZE]);

/** Bytes of a digest that is no text. */
#define FC_MAC_BYTES 32

/** HMAC-SHA256 (RFC 2104) of a message: who has the key can tell that its sender has it too. */
void fc_digest_mac(fc_bytes key, fc_bytes message, uint8_t mac[FC_MAC_BYTES]);

/** All in one. */
void fc_digest_of(fc_bytes bytes, char text[FC_DIGEST_SIZE]);
