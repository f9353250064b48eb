/** SHA-256 (FIPS 180-4): names for contents, and keys compared without showing them. Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define FC_SHA256_SIZE 32

/** Characters of a digest as text, with the final zero. */
#define FC_SHA256_TEXT_SIZE 65

typedef struct fc_sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
} fc_sha256;

/** Begin, feed any number of pieces, end. */
fc_sha256 fc_sha256_start(void);
void fc_sha256_feed(fc_sha256 *hash, const void *data, size_t size);
void fc_sha256_end(fc_sha256 *hash, uint8_t digest[FC_SHA256_SIZE]);

/** The digest of one piece, in hexadecimal. Cost: about 4 ns a byte. */
void fc_sha256_text(fc_bytes content, char text[FC_SHA256_TEXT_SIZE]);
