/** Face tiles: the parts of a picture that are looked at one by one for small faces. Any thread. */
#pragma once

#include <stdint.h>

#include "image/geometry.h"

/** Tiles of one size at most. */
#define FC_FACE_TILES_MAX 49

/**
 * Side of the tiles to look at next, coarse ones first: each half of the one before, down to
 * 384 px, where a face of 24 px takes 12 px of the network's input and is seen. Large pictures get
 * larger tiles instead of more, and so do pictures of larger faces: what is less than a quarter of
 * the largest face is nobody who was photographed.
 *
 * picture   sides from 1
 * face_px   side of the largest face that is known; 0: none is
 * before    what this gave before; 0: nothing yet
 *
 * Returns whole px from 1, at most 0.59 of the longer side; 0: there are no finer ones to look at.
 */
double fc_face_tiles_side(fc_size picture, double face_px, double before);

/**
 * Square tiles, cut to the picture, that overlap by a quarter of their side and cover it.
 *
 * side   given by fc_face_tiles_side
 * out    room for FC_FACE_TILES_MAX. Each at least 1 x 1 px, whole px, within the picture
 *
 * Returns their number, at least 1.
 */
int32_t fc_face_tiles(fc_size picture, double side, fc_box *out);
