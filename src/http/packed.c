#include "http/packed.h"

#include <stdio.h>

#include "base/assert.h"
#include "base/gzip.h"
#include "http/headers.h"

/* Bytes of a file when it is unpacked. */
#define FILE_BYTES_MAX ((size_t)8 << 20)

/* The answer depends on one header more. */
static void vary(fc_http_response *response)
{
    char before[128];
    const char *set = fc_http_response_header_lookup(response, "Vary");
    (void)snprintf(before, sizeof before, "%s", set != NULL ? set : "");
    fc_http_set_header(response, "Vary", "%s%sAccept-Encoding", before,
                       before[0] != '\0' ? ", " : "");
}

fc_status fc_http_set_packed(const fc_http_request *request, fc_http_response *response,
                             const char *content_type, fc_bytes packed, const char *digest,
                             fc_error *err)
{
    FC_ASSERT(request != NULL && response != NULL && digest != NULL);
    vary(response);
    if (fc_http_takes_gzip(fc_http_header(request, "Accept-Encoding"))) {
        fc_http_set_constant(response, content_type, packed);
        fc_http_set_header(response, "Content-Encoding", "gzip");
        fc_http_set_etag(response, digest);
        return FC_OK;
    }
    FC_AUTO_BUFFER(file, FILE_BYTES_MAX);
    FC_TRY(fc_gzip_unpack(packed, &file, err));
    fc_http_set_body(response, content_type, &file);
    char tag[160];
    (void)snprintf(tag, sizeof tag, "%s-plain", digest);
    fc_http_set_etag(response, tag);
    return FC_OK;
}
