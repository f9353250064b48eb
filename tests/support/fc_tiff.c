#include "support/fc_tiff.h"

enum { HEADER_SIZE = 8, FIRST_AT = 4, ENTRY_SIZE = 12 };

static uint32_t read(const fc_buffer *file, size_t at, size_t size)
{
    uint32_t value = 0;
    assert_true(at + size <= file->size);
    for (size_t i = size; i > 0; i--) {
        value = value << 8 | file->data[at + i - 1];
    }
    return value;
}

static void write(fc_buffer *file, size_t at, uint32_t value)
{
    assert_true(at + 4 <= file->size);
    for (size_t i = 0; i < 4; i++) {
        file->data[at + i] = (uint8_t)(value >> 8 * i);
    }
}

uint32_t fc_tiff_put(fc_buffer *file, const void *bytes, size_t size)
{
    assert_int_equal(fc_buffer_append(file, bytes, size, NULL), FC_OK);
    const uint32_t at = (uint32_t)(file->size - size);
    if (size % 2 != 0) {
        assert_int_equal(fc_buffer_append(file, "", 1, NULL), FC_OK);
    }
    return at;
}

void fc_tiff_put_start(fc_buffer *file)
{
    fc_buffer_clear(file);
    (void)fc_tiff_put(file, "II*\0\0\0\0\0", HEADER_SIZE);
}

uint32_t fc_tiff_put_inner(fc_buffer *file, const fc_tiff_entry *entries, size_t count)
{
    const uint8_t start[2] = { (uint8_t)count, (uint8_t)(count >> 8) };
    const uint32_t at = fc_tiff_put(file, start, sizeof start);
    for (size_t i = 0; i < count; i++) {
        const fc_tiff_entry *e = &entries[i];
        const uint8_t entry[ENTRY_SIZE] = { (uint8_t)e->tag,           (uint8_t)(e->tag >> 8),
                                            (uint8_t)e->type,          (uint8_t)(e->type >> 8),
                                            (uint8_t)e->count,         (uint8_t)(e->count >> 8),
                                            (uint8_t)(e->count >> 16), (uint8_t)(e->count >> 24),
                                            (uint8_t)e->value,         (uint8_t)(e->value >> 8),
                                            (uint8_t)(e->value >> 16), (uint8_t)(e->value >> 24) };
        (void)fc_tiff_put(file, entry, sizeof entry);
    }
    (void)fc_tiff_put(file, "\0\0\0\0", 4);
    return at;
}

uint32_t fc_tiff_put_page(fc_buffer *file, const fc_tiff_entry *entries, size_t count)
{
    size_t link = FIRST_AT;
    for (uint32_t next = read(file, link, 4); next != 0; next = read(file, link, 4)) {
        link = next + 2 + (size_t)read(file, next, 2) * ENTRY_SIZE;
    }
    const uint32_t at = fc_tiff_put_inner(file, entries, count);
    write(file, link, at);
    return at;
}

/* Where an entry of the first page begins. */
static size_t find_entry(const fc_buffer *file, uint16_t tag)
{
    const uint32_t page = read(file, FIRST_AT, 4);
    const uint32_t count = read(file, page, 2);
    for (uint32_t i = 0; i < count; i++) {
        const size_t entry = page + 2 + (size_t)i * ENTRY_SIZE;
        if (read(file, entry, 2) == tag) {
            return entry;
        }
    }
    fail_msg("no tag %u", tag);
    return 0;
}

void fc_tiff_change(fc_buffer *file, uint16_t tag, uint32_t value)
{
    write(file, find_entry(file, tag) + 8, value);
}

void fc_tiff_change_count(fc_buffer *file, uint16_t tag, uint32_t count)
{
    write(file, find_entry(file, tag) + 4, count);
}
