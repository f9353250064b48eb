/**
 * JPEG scan: walk the markers of a JPEG file for what the decoder does not limit itself.
 *
 * A progressive file may hold any number of scans, and each one costs the decoder a walk over the
 * whole picture: a small file can take hours. Pure function, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

typedef struct fc_jpeg_frame {
    int32_t scans;      /* SOS markers, 1..FC_JPEG_SCANS_MAX */
    int32_t width;      /* px, 1..65535 */
    int32_t height;     /* px, 1..65535 */
    int32_t components; /* 1 grey, 3 colour, 4 CMYK */
    bool progressive;   /* the decoder keeps all coefficients in memory */
} fc_jpeg_frame;

/**
 * Read the frame header and count the scans.
 *
 * file   a whole JPEG file; bytes after its end marker are not looked at
 * out    untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (no frame, no scan, a segment past the end, a side of 0),
 * FC_UNSUPPORTED_FORMAT (lossless, hierarchical, not 8 bits, 2 or more than 4 components),
 * FC_LIMIT_EXCEEDED (more scans than FC_JPEG_SCANS_MAX). A missing end marker is not an error
 * here: the decoder sees what is missing.
 * Cost: one pass over the bytes.
 */
FC_MUST_CHECK fc_status fc_jpeg_scan(fc_bytes file, fc_jpeg_frame *out, fc_error *err);
