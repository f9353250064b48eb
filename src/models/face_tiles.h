/** Face tiles: the parts of a picture that are looked at one by one for small faces. Any thread. */
#pragma once

#include <stdint.h>

#include "image/geometry.h"

/** Tiles of one picture at most. */
#define FC_FACE_TILES_MAX 96

/**
 * Overlapping square tiles, cut to the picture, of two sizes or one: 384 px, where a face of 24 px
 * takes 12 px of the network's input and is seen, and twice that, unless that is nearly all of the
 * picture. Large pictures get larger tiles instead of more.
 *
 * picture   sides from 1
 * out       room for FC_FACE_TILES_MAX. Each at least 1 x 1 px, whole px, within the picture
 *
 * Returns their number, at least 1.
 */
int32_t fc_face_tiles(fc_size picture, fc_box *out);
