/**
 * WebP scan: count the pictures of an animation, which the decoder does not limit itself: its time
 * grows with the square of their number. Pure function, any thread.
 */
#pragma once

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * Walk the chunks.
 *
 * file   a whole WebP file
 *
 * Errors: FC_LIMIT_EXCEEDED (more than FC_FRAMES_MAX pictures). A file that is cut short is left
 * to the decoder. Cost: one step a chunk.
 */
FC_MUST_CHECK fc_status fc_webp_scan(fc_bytes file, fc_error *err);
