/**
 * BMP: our own reader, because libvips knows the format only through a library that is not safe
 * for files of strangers.
 *
 * Accepted: headers of 12, 40, 52, 56, 108 and 124 bytes; palettes of 1, 4 and 8 bits; 16, 24 and
 * 32 bits; bit masks of up to 16 bits a channel wherever they lie, alpha included; rows in both
 * directions. Refused by name: RLE, embedded JPEG and PNG. Colour profiles are ignored.
 * Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/rows.h"

/** Where one channel lies in a pixel of 16 or 32 bits. */
typedef struct fc_bmp_channel {
    uint32_t shift; /* bits to its lowest one */
    uint32_t max;   /* its largest value: 2^bits - 1; 0 where the channel is absent */
} fc_bmp_channel;

/** What the headers say, every number checked against the file. */
typedef struct fc_bmp {
    fc_size size;
    int32_t bits; /* a pixel: 1, 4, 8, 16, 24 or 32 */
    bool top_down;
    size_t pixels_offset; /* of the first stored row */
    size_t row_size;      /* bytes of a stored row with its padding */
    size_t palette_offset;
    uint32_t palette_count;
    size_t palette_entry_size;  /* 3 or 4 bytes: B, G, R (, unused) */
    fc_bmp_channel channels[4]; /* R, G, B, A; for 16 and 32 bits */
} fc_bmp;

/**
 * Read and check the headers.
 *
 * Errors: FC_CORRUPT_IMAGE (numbers that make no sense or point past the end, pixels missing),
 * FC_UNSUPPORTED_FORMAT (a kind that is refused), FC_LIMIT_EXCEEDED (a side above
 * FC_IMAGE_SIDE_MAX). Cost: O(1).
 */
FC_MUST_CHECK fc_status fc_bmp_read_header(fc_bytes file, fc_bmp *out, fc_error *err);

/**
 * Rows of a part, top to bottom: RGB, or RGB and alpha where there is an alpha mask.
 *
 * file   the bytes that `bmp` was read from; they must outlive the rows
 * part   inside the picture, not empty
 * out    owner: caller, release with fc_rows_free. Untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. A palette index past the palette is black, as elsewhere.
 */
FC_MUST_CHECK fc_status fc_bmp_rows_new(fc_bytes file, const fc_bmp *bmp, fc_rect part,
                                        fc_rows **out, fc_error *err);
