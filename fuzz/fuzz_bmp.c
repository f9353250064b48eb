/** Any bytes through the BMP reader: every accepted header must give all its rows. */
#include <stdint.h>

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fc_bytes file = { data, size };
    fc_bmp bmp = { 0 };
    if (fc_bmp_read_header(file, &bmp, NULL) != FC_OK) {
        return 0;
    }
    const fc_rect parts[] = {
        { 0, 0, bmp.size.width, bmp.size.height },
        { bmp.size.width / 2, bmp.size.height / 2, bmp.size.width - bmp.size.width / 2,
          bmp.size.height - bmp.size.height / 2 },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        FC_AUTO(fc_rows) rows = NULL;
        FC_ASSERT(fc_bmp_rows_new(file, &bmp, parts[i], &rows, NULL) == FC_OK);
        for (int32_t y = 0; y < parts[i].height; y++) {
            const void *pixels = NULL;
            FC_ASSERT(rows->read(rows, y, &pixels, NULL) == FC_OK);
        }
    }
    return 0;
}
