/**
 * EXIF: the few facts of a camera's metadata that a portrait depends on.
 *
 * After CIPA DC-008 (Exif 3.0) and TIFF 6.0. Pure functions, any thread.
 */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

/**
 * Orientation of the first directory, 1..8; 1 where it is missing or makes no sense.
 *
 * exif   from the TIFF header on ("II*\0" or "MM\0*"), not trusted; what lies past its end does not
 *        exist
 */
int32_t fc_exif_orientation(fc_bytes exif);
