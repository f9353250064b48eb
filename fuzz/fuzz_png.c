/** Any bytes behind a PNG signature through libspng, with limits so small that each run is quick.
 */
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/memory.h"
#include "image/codecs.h"

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
    static const uint8_t SIGNATURE[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    FC_AUTO(fc_octets) file = NULL;
    const size_t start = size >= sizeof SIGNATURE ? sizeof SIGNATURE : size;
    FC_ASSERT(fc_memory_new(sizeof SIGNATURE + size - start, 1, (void **)&file, NULL) == FC_OK);
    memcpy(file, SIGNATURE, sizeof SIGNATURE);
    memcpy(file + sizeof SIGNATURE, data + start, size - start);

    fc_error err = { 0 };
    FC_AUTO(fc_source) source = NULL;
    const fc_bytes bytes = { file, sizeof SIGNATURE + size - start };
    if (fc_png_open(bytes, &LIMITS, &source, &err) != FC_OK) {
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
