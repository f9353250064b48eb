/**
 * TIFF pages: finds the main picture of a file, before the library reads a byte.
 *
 * After TIFF 6.0 and BigTIFF. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"

typedef struct fc_tiff_page {
    uint64_t offset;     /* of its directory */
    fc_size size;        /* px, as stored */
    int32_t orientation; /* 1..8; that of the file's first page where its own is missing */
    bool has_profile;    /* it names an ICC profile, wherever that lies */
} fc_tiff_page;

/**
 * The first page that is no thumbnail and no mask; a later one, or one within a page (SubIFDs),
 * that is at least twice as long on each side counts instead: then the first was a thumbnail that
 * nothing called so. Where all are thumbnails, the largest.
 *
 * At most 64 pages are looked at, 16 within each.
 *
 * file   begins with the mark of a TIFF or BigTIFF
 * out    untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (no page with a size), FC_LIMIT_EXCEEDED (a side above
 * FC_IMAGE_SIDE_MAX), FC_UNSUPPORTED_FORMAT (a raw camera file, named). Cost: O(entries).
 */
FC_MUST_CHECK fc_status fc_tiff_find_page(fc_bytes file, fc_tiff_page *out, fc_error *err);
