#include "convert/flatbuffer.h"

#include <string.h>

#include "base/assert.h"

/* Little-endian by definition; bytes of the file have no alignment that we may trust. */
static uint32_t read_unsigned(fc_flat *flat, size_t at, size_t size)
{
    if (at > flat->file.size || size > flat->file.size - at) {
        flat->damaged = true;
        return 0;
    }
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint32_t)flat->file.data[at + i] << (8 * i);
    }
    return value;
}

static int32_t read_signed(fc_flat *flat, size_t at, size_t size)
{
    const unsigned unused_bits = 8 * (4 - (unsigned)size);
    return (int32_t)(read_unsigned(flat, at, size) << unused_bits) >> unused_bits;
}

/* Where a field lies; 0 where it is absent. A table starts with the way back to its vtable, which
 * lists the field offsets behind its own size and the table's, 2 bytes each. */
static size_t find_field(fc_flat *flat, fc_flat_table table, int field)
{
    FC_ASSERT(field >= 0);
    if (table == 0) {
        return 0;
    }
    const int64_t vtable = (int64_t)table - read_signed(flat, table, 4);
    if (vtable < 0 || flat->damaged) {
        flat->damaged = true;
        return 0;
    }
    const size_t entry = 4 + 2 * (size_t)field;
    if (entry + 2 > read_unsigned(flat, (size_t)vtable, 2)) {
        return 0;
    }
    const uint32_t offset = read_unsigned(flat, (size_t)vtable + entry, 2);
    return offset == 0 ? 0 : table + offset;
}

/* Follows an offset, which counts from where it is written. */
static size_t follow(fc_flat *flat, size_t at)
{
    const uint32_t offset = at == 0 ? 0 : read_unsigned(flat, at, 4);
    if (offset == 0) {
        return 0;
    }
    const size_t target = at + offset;
    if (target > flat->file.size || flat->file.size - target < 4) {
        flat->damaged = true;
        return 0;
    }
    return target;
}

fc_flat_table fc_flat_root(fc_flat *flat, const char *identifier)
{
    FC_ASSERT(flat != NULL);
    FC_ASSERT(strlen(identifier) == 4);
    if (flat->file.size < 8 || memcmp(flat->file.data + 4, identifier, 4) != 0) {
        flat->damaged = true;
        return 0;
    }
    const size_t root = read_unsigned(flat, 0, 4);
    if (root == 0 || root > flat->file.size - 4) {
        flat->damaged = true;
        return 0;
    }
    return root;
}

int32_t fc_flat_scalar(fc_flat *flat, fc_flat_table table, int field, size_t size, int32_t initial)
{
    FC_ASSERT(size == 1 || size == 2 || size == 4);
    const size_t at = find_field(flat, table, field);
    return at == 0 ? initial : read_signed(flat, at, size);
}

fc_flat_table fc_flat_child(fc_flat *flat, fc_flat_table table, int field)
{
    return follow(flat, find_field(flat, table, field));
}

fc_flat_vector fc_flat_items(fc_flat *flat, fc_flat_table table, int field, size_t item_size)
{
    FC_ASSERT(item_size > 0);
    const size_t at = follow(flat, find_field(flat, table, field));
    if (at == 0) {
        return (fc_flat_vector){ 0 };
    }
    const size_t count = read_unsigned(flat, at, 4);
    if (count > (flat->file.size - at - 4) / item_size) {
        flat->damaged = true;
        return (fc_flat_vector){ 0 };
    }
    return (fc_flat_vector){ .at = at + 4, .count = count };
}

fc_flat_table fc_flat_table_at(fc_flat *flat, fc_flat_vector vector, size_t index)
{
    FC_ASSERT(index < vector.count);
    return follow(flat, vector.at + 4 * index);
}

int32_t fc_flat_integer_at(fc_flat *flat, fc_flat_vector vector, size_t index)
{
    FC_ASSERT(index < vector.count);
    return read_signed(flat, vector.at + 4 * index, 4);
}

fc_bytes fc_flat_octets(fc_flat *flat, fc_flat_table table, int field)
{
    const fc_flat_vector octets = fc_flat_items(flat, table, field, 1);
    if (octets.count == 0) {
        return (fc_bytes){ 0 };
    }
    return (fc_bytes){ flat->file.data + octets.at, octets.count };
}
