#include "base/digest.h"

#include <nettle/base16.h>

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
