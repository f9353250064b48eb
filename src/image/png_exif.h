/**
 * PNG EXIF: how the picture is to be turned, wherever a PNG says so. Any thread.
 */
#pragma once

#include <stdint.h>

#include "base/attributes.h"
#include "base/bytes.h"
#include "base/error.h"

/**
 * EXIF orientation, 1..8; 1 where the file has none.
 *
 * The eXIf chunk counts, before or after the pixels; where there is none, the texts "Raw profile
 * type exif" and "Raw profile type APP1" that ImageMagick and others write: hexadecimal, plain or
 * packed. Chunks whose checksum does not fit are passed over.
 *
 * file   begins with the PNG signature
 * out    untouched on failure
 *
 * Errors: FC_OUT_OF_MEMORY. Cost: one step a chunk; of packed text 64 KB are unpacked.
 */
FC_MUST_CHECK fc_status fc_png_orientation(fc_bytes file, int32_t *out, fc_error *err);
