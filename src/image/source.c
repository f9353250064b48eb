#include "image/source.h"

#include <inttypes.h>

#include "base/assert.h"

fc_status fc_source_check_pixels(fc_size size, int64_t pixels_max, fc_error *err)
{
    const int64_t pixels = (int64_t)size.width * size.height;
    if (pixels > pixels_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "a picture of %" PRId32 " x %" PRId32 " = %" PRId64 " px, at most %" PRId64
                       " are accepted",
                       size.width, size.height, pixels, pixels_max);
    }
    return FC_OK;
}

fc_status fc_source_check_bytes(int64_t bytes, const char *what, int64_t bytes_max, fc_error *err)
{
    FC_ASSERT(what != NULL);
    if (bytes > bytes_max) {
        return fc_fail(err, FC_LIMIT_EXCEEDED,
                       "decoding this %s takes %" PRId64 " bytes, at most %" PRId64 " are accepted",
                       what, bytes, bytes_max);
    }
    return FC_OK;
}
