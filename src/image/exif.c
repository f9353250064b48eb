#include "image/exif.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

enum { HEADER_SIZE = 8, ENTRY_SIZE = 12, ORIENTATION = 0x112, SHORT = 3, LONG = 4 };

static uint32_t read16(const uint8_t *at, bool is_little)
{
    return is_little ? (uint32_t)at[1] << 8 | at[0] : (uint32_t)at[0] << 8 | at[1];
}

static uint32_t read32(const uint8_t *at, bool is_little)
{
    const uint32_t first = read16(at, is_little);
    const uint32_t second = read16(at + 2, is_little);
    return is_little ? second << 16 | first : first << 16 | second;
}

int32_t fc_exif_orientation(fc_bytes exif)
{
    FC_ASSERT(exif.data != NULL || exif.size == 0);

    if (exif.size < HEADER_SIZE ||
        (memcmp(exif.data, "II*\0", 4) != 0 && memcmp(exif.data, "MM\0*", 4) != 0)) {
        return 1;
    }
    const bool is_little = exif.data[0] == 'I';
    const size_t first = read32(exif.data + 4, is_little);
    if (first > exif.size - 2) {
        return 1;
    }
    const size_t count = read16(exif.data + first, is_little);
    for (size_t i = 0; i < count && (i + 1) * ENTRY_SIZE <= exif.size - first - 2; i++) {
        const uint8_t *entry = exif.data + first + 2 + i * ENTRY_SIZE;
        if (read16(entry, is_little) != ORIENTATION) {
            continue;
        }
        const uint32_t type = read16(entry + 2, is_little);
        const uint32_t value = type == SHORT  ? read16(entry + 8, is_little)
                               : type == LONG ? read32(entry + 8, is_little)
                                              : 0;
        return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}
