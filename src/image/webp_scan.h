/**
 * WebP scan: walks the chunks of a WebP file to find its first picture, its colour profile and its
 * EXIF block. Pure function, any thread.
 *
 * After RFC 9649.
 */
#pragma once

#include <stdbool.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"
#include "image/geometry.h"
#include "image/rows.h"

typedef struct fc_webp_layout {
    bool is_animation;
    fc_size canvas;    /* of an animation; a still picture says its size itself */
    fc_rect frame;     /* of an animation: where its first picture lies on the canvas, inside it */
    fc_bytes image;    /* as libwebp takes it: the first picture's chunks, or a whole still file */
    fc_bytes profile;  /* ICC; size 0: none */
    bool lost_profile; /* it has more than FC_PROFILE_BYTES_MAX, and is left out */
    fc_bytes exif;     /* size 0: none */
} fc_webp_layout;

/**
 * Walk the chunks.
 *
 * file   told apart as WebP: at least 12 bytes. Bytes behind the length that it names are ignored
 * out    borrows from the file. Untouched on failure
 *
 * Errors: FC_CORRUPT_IMAGE (cut short: less is there than the file's or a chunk's length; an
 * animation without a picture, or whose first lies outside of the canvas), FC_LIMIT_EXCEEDED (more
 * than FC_FRAMES_MAX pictures). Cost: one step a chunk.
 */
FC_MUST_CHECK fc_status fc_webp_scan(fc_bytes file, fc_webp_layout *out, fc_error *err);
