/** Any bytes through the BMP reader: every accepted header must give all its rows. */
#include <stdint.h>

#include "base/assert.h"
#include "image/codecs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fc_source_limits limits = { INT64_MAX, INT64_MAX };
    FC_AUTO(fc_source) source = NULL;
    if (fc_bmp_codec.open((fc_bytes){ data, size }, &limits, &source, NULL) != FC_OK) {
        return 0;
    }
    const fc_size whole = source->size;
    const fc_rect parts[] = {
        { 0, 0, whole.width, whole.height },
        { whole.width / 2, whole.height / 2, whole.width - whole.width / 2,
          whole.height - whole.height / 2 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        FC_AUTO(fc_rows) rows = NULL;
        FC_ASSERT(source->rows(source, 1, parts[i], &rows, NULL) == FC_OK);
        for (int32_t y = 0; y < parts[i].height; y++) {
            const void *pixels = NULL;
            FC_ASSERT(rows->read(rows, y, &pixels, NULL) == FC_OK);
        }
    }
    return 0;
}
