#include "image/exif.h"

#include <stdbool.h>
#include <string.h>

#include "base/byte_order.h"

#define PREFIX "Exif\0" /* and the zero that C adds */
#define HEADER_SIZE 8   /* byte order, 42, offset of the first list */
#define ENTRY_SIZE 12   /* tag, type, count, value */
#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3
#define TYPE_LONG 4

typedef struct exif_block {
    fc_bytes bytes;
    bool is_big_endian;
} exif_block;

/* Both readers: the caller has checked that the bytes are there. */
static uint32_t read_16(const exif_block *block, size_t offset)
{
    const uint8_t *data = block->bytes.data + offset;
    return block->is_big_endian ? fc_big16(data) : fc_little16(data);
}

static uint32_t read_32(const exif_block *block, size_t offset)
{
    const uint8_t *data = block->bytes.data + offset;
    return block->is_big_endian ? fc_big32(data) : fc_little32(data);
}

/* One value, which stands in the entry itself; 0 where it is of another kind. */
static uint32_t read_value(const exif_block *block, size_t entry)
{
    const uint32_t type = read_16(block, entry + 2);
    if (read_32(block, entry + 4) != 1) {
        return 0;
    }
    if (type == TYPE_SHORT) {
        return read_16(block, entry + 8);
    }
    return type == TYPE_LONG ? read_32(block, entry + 8) : 0;
}

static uint32_t find_orientation(const exif_block *block)
{
    const size_t size = block->bytes.size;
    const size_t list = read_32(block, 4);
    if (list > size || size - list < 2) {
        return 0;
    }
    const size_t count = read_16(block, list);
    size_t entry = list + 2;
    for (size_t i = 0; i < count && size - entry >= ENTRY_SIZE; i++, entry += ENTRY_SIZE) {
        if (read_16(block, entry) == TAG_ORIENTATION) {
            return read_value(block, entry);
        }
    }
    return 0;
}

int32_t fc_exif_orientation(fc_bytes exif)
{
    if (exif.size >= sizeof PREFIX && memcmp(exif.data, PREFIX, sizeof PREFIX) == 0) {
        exif.data += sizeof PREFIX;
        exif.size -= sizeof PREFIX;
    }
    if (exif.size < HEADER_SIZE) {
        return 1;
    }
    const bool is_big_endian = memcmp(exif.data, "MM\0*", 4) == 0;
    if (!is_big_endian && memcmp(exif.data, "II*\0", 4) != 0) {
        return 1;
    }
    const exif_block block = { exif, is_big_endian };
    const uint32_t found = find_orientation(&block);
    return found >= 1 && found <= 8 ? (int32_t)found : 1;
}
