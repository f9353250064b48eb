/**
 * JPEG metadata: which way up the photo is, and its colour profile, out of the segments before the
 * first scan. Pure functions, any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/** EXIF orientation, 1..8, of the first segment that holds EXIF at all; 1 where there is none.
 *  Cost: one step a segment. */
int32_t fc_jpeg_orientation(fc_bytes file);

/**
 * The ICC profile, whose pieces lie in segments of their own and are numbered.
 *
 * profile   empty, with a limit; stays empty where there is none, or where a piece is missing, is
 *           there twice, or numbers another count than the first: as good as none
 *
 * Errors: FC_LIMIT_EXCEEDED (more bytes than the limit), FC_OUT_OF_MEMORY; then it is empty.
 */
FC_MUST_CHECK fc_status fc_jpeg_profile(fc_bytes file, fc_buffer *profile, fc_error *err);
