/** Any bytes behind a PNG signature through libspng, with limits so small that each run is quick.
 */
#include <stdint.h>

#include "base/assert.h"
#include "image/codecs.h"
#include "image/format.h"

/* Read, so that a sanitizer sees what is not there. */
static volatile uint8_t sink;

static void decode(fc_source *source, fc_rect part)
{
    fc_error err = { 0 };
    FC_AUTO(fc_rows) rows = NULL;
    fc_status status = source->rows(source, 1, part, &rows, &err);
    for (int32_t y = 0; status == FC_OK && y < part.height; y++) {
        const void *pixels = NULL;
        status = rows->read(rows, y, &pixels, &err);
        const size_t size = (size_t)part.width * (size_t)rows->channels * (size_t)rows->bits / 8;
        for (size_t i = 0; status == FC_OK && i < size; i++) {
            sink = ((const uint8_t *)pixels)[i];
        }
    }
    FC_ASSERT(status == FC_OK || err.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const fc_source_limits LIMITS = { .pixels_max = 1 << 18, .bytes_max = 1 << 22 };
    const fc_bytes file = { data, size };
    if (fc_format_sniff(file) != FC_FORMAT_TIFF) {
        return 0;
    }
    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    if (fc_tiff_open(file, &LIMITS, &source, &err) != FC_OK) {
        FC_ASSERT(err.text[0] != '\0');
        return 0;
    }
    FC_ASSERT(source->orientation >= 1 && source->orientation <= 8);
    const fc_size full = source->size;
    decode(source, (fc_rect){ 0, 0, full.width, full.height });
    decode(source, (fc_rect){ full.width / 3, full.height / 2, (full.width + 2) / 3,
                              (full.height + 1) / 2 });
    return 0;
}
