/** For tests: TIFF files written entry by entry, little-endian. */
#pragma once

#include "base/bytes.h"
#include "support/fc_test.h"

/** Bytes that such a file may have. */
#define FC_TIFF_FILE_MAX ((size_t)1 << 20)

/** Types of an entry. */
enum { FC_TIFF_BYTE = 1, FC_TIFF_ASCII = 2, FC_TIFF_SHORT = 3, FC_TIFF_LONG = 4 };

typedef struct fc_tiff_entry {
    uint16_t tag;
    uint16_t type;
    uint32_t count;
    uint32_t value; /* or where the values are; two shorts: low and high half */
} fc_tiff_entry;

/** Append the header, with a place for the first page. */
void fc_tiff_put_start(fc_buffer *file);

/** Append a page; the one before it, or the header, leads to it. Returns where its directory is. */
uint32_t fc_tiff_put_page(fc_buffer *file, const fc_tiff_entry *entries, size_t count);

/** Append a page that nothing leads to. */
uint32_t fc_tiff_put_inner(fc_buffer *file, const fc_tiff_entry *entries, size_t count);

/** Append bytes; returns where they are. */
uint32_t fc_tiff_put(fc_buffer *file, const void *bytes, size_t size);

/** Change the value of an entry of the file's first page; fails the test where there is none. */
void fc_tiff_change(fc_buffer *file, uint16_t tag, uint32_t value);

/** The same for its count. */
void fc_tiff_change_count(fc_buffer *file, uint16_t tag, uint32_t count);
