/**
 * Boxes of ISO/IEC 14496-12, of which HEIC and AVIF files are made: reading numbers and boxes that
 * cannot leave what they lie in.
 *
 * Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/** Type of a box, an item or a reference: four letters, the first in the highest byte. */
#define FC_HEIF_TYPE(a, b, c, d)                                                                   \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/** Longest text of fc_heif_print_type with its final zero. */
#define FC_HEIF_TYPE_TEXT_SIZE 8

/** Cursor over the bytes to read. After a read past the end, every further read gives 0 or nothing.
 */
typedef struct fc_heif_reader {
    fc_bytes rest;
    bool failed;
} fc_heif_reader;

/** One box; of a full box the body begins with version and flags. */
typedef struct fc_heif_box {
    uint32_t type;
    fc_bytes body;
} fc_heif_box;

/** The next number, big endian. size: bytes, 0..8. */
uint64_t fc_heif_read(fc_heif_reader *from, size_t size);

/** The next bytes, borrowed. */
fc_bytes fc_heif_take(fc_heif_reader *from, uint64_t size);

/** The next box. False at the end, and where a box leaves what it lies in: `failed` is set then.
 *  `out` is untouched where it is false. */
bool fc_heif_next_box(fc_heif_reader *from, fc_heif_box *out);

/** A type as text: 'hvc1', with '?' for unprintable bytes. `text` holds FC_HEIF_TYPE_TEXT_SIZE
 *  bytes. */
void fc_heif_print_type(uint32_t type, char *text);
