#include "image/heif_box.h"

#include "base/assert.h"
#include "base/byte_order.h"

#define TYPE_SIZE 4
#define UUID_SIZE 16

uint64_t fc_heif_read(fc_heif_reader *from, size_t size)
{
    FC_ASSERT(size <= 8);

    const fc_bytes bytes = fc_heif_take(from, size);
    return fc_big(bytes.data, (int)bytes.size);
}

fc_bytes fc_heif_take(fc_heif_reader *from, uint64_t size)
{
    FC_ASSERT(from != NULL);

    if (from->failed || size > from->rest.size) {
        *from = (fc_heif_reader){ .failed = true };
        return (fc_bytes){ NULL, 0 };
    }
    const fc_bytes taken = { from->rest.data, (size_t)size };
    from->rest.data += taken.size;
    from->rest.size -= taken.size;
    return taken;
}

bool fc_heif_next_box(fc_heif_reader *from, fc_heif_box *out)
{
    FC_ASSERT(from != NULL);
    FC_ASSERT(out != NULL);

    if (from->failed || from->rest.size == 0) {
        return false;
    }
    const size_t all = from->rest.size;
    uint64_t size = fc_heif_read(from, 4);
    const uint32_t type = (uint32_t)fc_heif_read(from, TYPE_SIZE);
    if (size == 1) { /* the size did not fit */
        size = fc_heif_read(from, 8);
    } else if (size == 0) { /* up to the end */
        size = all;
    }
    if (type == FC_HEIF_TYPE('u', 'u', 'i', 'd')) {
        (void)fc_heif_take(from, UUID_SIZE);
    }
    const size_t head = all - from->rest.size;
    if (from->failed || size < head) {
        from->failed = true;
        return false;
    }
    const fc_bytes body = fc_heif_take(from, size - head);
    if (from->failed) {
        return false;
    }
    *out = (fc_heif_box){ type, body };
    return true;
}

void fc_heif_print_type(uint32_t type, char *text)
{
    FC_ASSERT(text != NULL);

    text[0] = '\'';
    for (int i = 0; i < TYPE_SIZE; i++) {
        const uint32_t letter = type >> (24 - 8 * i) & 0xff;
        text[1 + i] = letter > ' ' && letter < 0x7f && letter != '\'' ? (char)letter : '?';
    }
    text[1 + TYPE_SIZE] = '\'';
    text[2 + TYPE_SIZE] = '\0';
}
