/** JPEG quantisation: how finely a file was made. Pure function, any thread. */
#pragma once

#include "base/bytes.h"

/**
 * The quality, 1 to 100, at which libjpeg would have made the first table of a JPEG file, from how
 * coarse it is against the table of ISO/IEC 10918-1 K.1; other programs' scales differ by a few.
 * 0 where there is no table before the picture. Cost: one step a segment.
 */
double fc_jpeg_quality(fc_bytes file);
