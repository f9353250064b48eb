#include "base/digest.h"

#include <nettle/base16.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>

#include "base/assert.h"

_Static_assert(FC_DIGEST_SIZE == BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE) + 1, "digits and a zero");

void fc_digest_start(fc_digest *digest)
{
    FC_ASSERT(digest != NULL);
    sha256_init(&digest->sha256);
}

void fc_digest_add(fc_digest *digest, fc_bytes bytes)
{
    FC_ASSERT(digest != NULL);
    if (bytes.size > 0) { /* no bytes may be at no address */
        sha256_update(&digest->sha256, bytes.size, bytes.data);
    }
}

void fc_digest_finish(fc_digest *digest, char text[FC_DIGEST_SIZE])
{
    FC_ASSERT(digest != NULL);
    uint8_t sum[SHA256_DIGEST_SIZE];
    sha256_digest(&digest->sha256, sizeof sum, sum);
    base16_encode_update(text, sizeof sum, sum);
    text[FC_DIGEST_SIZE - 1] = '\0';
}

void fc_digest_of(fc_bytes bytes, char text[FC_DIGEST_SIZE])
{
    fc_digest digest;
    fc_digest_start(&digest);
    fc_digest_add(&digest, bytes);
    fc_digest_finish(&digest, text);
}

_Static_assert(FC_MAC_BYTES == SHA256_DIGEST_SIZE, "as long as the digest");

void fc_hmac_of(fc_bytes key, fc_bytes bytes, uint8_t mac[FC_MAC_BYTES])
{
    FC_ASSERT(key.size > 0 && mac != NULL);
    struct hmac_sha256_ctx hmac;
    hmac_sha256_set_key(&hmac, key.size, key.data);
    if (bytes.size > 0) {
        hmac_sha256_update(&hmac, bytes.size, bytes.data);
    }
    hmac_sha256_digest(&hmac, FC_MAC_BYTES, mac);
}

bool fc_bytes_equal_secretly(const uint8_t *a, const uint8_t *b, size_t size)
{
    return memeql_sec(a, b, size) != 0;
}
