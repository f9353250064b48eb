/**
 * PNG scan: walk the chunks before the pixels for what the decoder does not limit itself.
 *
 * Texts and colour profiles are packed; 50 kB unpack to 50 MB before a pixel is read. Any thread.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_png_header {
    bool interlaced; /* the decoder keeps the whole picture in memory */
} fc_png_header;

/**
 * Check the chunks up to the first pixels.
 *
 * file   begins with the PNG signature
 * out    untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (no header first, no pixels, a chunk past the end), FC_LIMIT_EXCEEDED
 * (a profile above FC_PROFILE_BYTES_MAX, packed texts above FC_PNG_TEXT_BYTES_MAX),
 * FC_UNSUPPORTED_FORMAT (Apple's CgBI), FC_OUT_OF_MEMORY.
 * Cost: one step a chunk; of a profile the first 4 bytes are unpacked.
 */
FC_MUST_CHECK fc_status fc_png_scan(fc_bytes file, fc_png_header *out, fc_error *err);

/** The zlib stream of a colour profile's chunk; size 0 where there is none. Body: keyword, zero,
 *  method 0, zlib stream. */
fc_bytes fc_png_packed_profile(fc_bytes body);
