#include "app/digest.h"

#include <glib.h>
#include <stdio.h>

#include "base/assert.h"

/* GLib's own type behind our name: nobody else needs its header. */
static GChecksum *checksum_of(fc_digest *digest)
{
    return (GChecksum *)digest;
}

fc_digest *fc_digest_new(void)
{
    return (fc_digest *)g_checksum_new(G_CHECKSUM_SHA256);
}

void fc_digest_free(fc_digest *digest)
{
    if (digest != NULL) {
        g_checksum_free(checksum_of(digest));
    }
}

void fc_digest_add(fc_digest *digest, fc_bytes bytes)
{
    FC_ASSERT(digest != NULL);
    if (bytes.size > 0) { /* GLib takes a missing pointer amiss */
        g_checksum_update(checksum_of(digest), bytes.data, (gssize)bytes.size);
    }
}

void fc_digest_finish(fc_digest *digest, char text[FC_DIGEST_SIZE])
{
    FC_ASSERT(digest != NULL);
    (void)snprintf(text, FC_DIGEST_SIZE, "%s", g_checksum_get_string(checksum_of(digest)));
}

void fc_digest_of(fc_bytes bytes, char text[FC_DIGEST_SIZE])
{
    FC_AUTO(fc_digest) digest = fc_digest_new();
    fc_digest_add(digest, bytes);
    fc_digest_finish(digest, text);
}
