/** Any bytes through the HEIC and AVIF decoder, libde265 and dav1d included, with small limits. */
#include <stdint.h>

#include "base/assert.h"
#include "image/codecs.h"

static const fc_source_limits LIMITS = { .pixels_max = 1 << 18, .bytes_max = 1 << 23 };

static void read_part(fc_source *source, fc_rect part)
{
    fc_error err = { 0 };
    FC_AUTO(fc_rows) rows = NULL;
    if (source->rows(source, 1, part, &rows, &err) != FC_OK) {
        FC_ASSERT(rows == NULL && err.text[0] != '\0');
        return;
    }
    FC_ASSERT(rows->size.width == part.width && rows->size.height == part.height);
    for (int32_t y = 0; y < part.height; y++) {
        const void *pixels = NULL;
        FC_ASSERT(rows->read(rows, y, &pixels, &err) == FC_OK && pixels != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    if (fc_heic_codec.open((fc_bytes){ data, size }, &LIMITS, &source, &err) != FC_OK) {
        FC_ASSERT(source == NULL && err.text[0] != '\0');
        return 0;
    }
    FC_ASSERT(source->orientation >= 1 && source->orientation <= 8);
    FC_ASSERT(source->kept_bytes <= LIMITS.bytes_max);
    const fc_size all = source->size;
    read_part(source, (fc_rect){ all.width / 2, all.height / 3, all.width - all.width / 2, 1 });
    read_part(source, (fc_rect){ 0, 0, all.width, all.height });
    return 0;
}
