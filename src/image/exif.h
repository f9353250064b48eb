/**
 * EXIF: which way up a photo is, out of the block that cameras add to it. JPEG, PNG, WebP and HEIC
 * carry the same block; nothing else of it is read.
 *
 * After Exif 2.32 (a TIFF file of its own inside of the picture). Pure function, any thread.
 */
#pragma once

#include <stdint.h>

#include "base/bytes.h"

/**
 * The orientation of the main picture, as fc_orientation_lookup takes it.
 *
 * exif   any bytes, not trusted: the block, with or without "Exif" and two zeros in front
 *
 * Returns 1..8; 1, upright, also where nothing is said, or nothing that makes sense. Cost: at most
 * 65,535 entries of a list are looked at.
 */
int32_t fc_exif_orientation(fc_bytes exif);
