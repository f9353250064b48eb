/**
 * Orientation: how the EXIF values 1..8 carry the stored picture to the upright one.
 *
 * "Stored" is the order of pixels in the file, "upright" what a person sees. Pure functions.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/geometry.h"

/** First rows and columns are exchanged, then the result is mirrored. */
typedef struct fc_orientation {
    bool transpose; /* upright (x, y) comes from stored (y, x) */
    bool flip_x;    /* then left and right are exchanged */
    bool flip_y;    /* then top and bottom */
} fc_orientation;

/** Row of an EXIF orientation. Values outside 1..8 mean 1, as cameras do. */
fc_orientation fc_orientation_lookup(int32_t exif);

/** Upright size of a stored one, and the other way round. */
static inline fc_size fc_orientation_turn_size(fc_orientation orientation, fc_size size)
{
    return orientation.transpose ? (fc_size){ size.height, size.width } : size;
}

/** Map a box of the upright picture of this size to the stored picture. */
fc_box fc_orientation_box_to_stored(fc_orientation orientation, fc_size upright, fc_box box);

/** Map a box of the stored picture to the upright picture of this size. */
fc_box fc_orientation_box_to_upright(fc_orientation orientation, fc_size upright, fc_box box);
